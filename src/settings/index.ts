export { deployedSettingsVariable, settingsVariable } from './parse.ts';
export { DEFAULT_SETTINGS, type Settings } from './schema.ts';
