/** Where this server's pages begin, wherever a proxy has put them; seen from the bundle, `/public/build/editor.js`. */
export const pageRoot = new URL('../../', import.meta.url);
