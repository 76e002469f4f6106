declare module '*.wasm' {
  /** workerd and wrangler import a .wasm file as a compiled module. */
  const module: WebAssembly.Module;
  export default module;
}
