export { deployedSettingsVariable, settingsVariable } from './parse.ts';
export { defaultSettings, type Settings } from './schema.ts';
