export const PASSWORD = 'correct horse battery';

/** scrypt of it, with 16 zero bytes, N=1024, r=8, p=1, by another implementation: a hundredth of the work of a real one. */
export const CHEAP_HASH =
  '$scrypt$ln=10,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA==$AsWvwMY/76m6UtetkFvlJIEPTCAm8Pu2vkYrRktx10s=';
