import * as z from 'zod/mini';

// Zod would try whether it may compile its checks, and the page's policy would report the try as an attack.
// Imported before the first schema is made.
z.config({ jitless: true });
