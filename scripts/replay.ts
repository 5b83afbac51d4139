/** `npm run replay -- FILE --speed 3600|max`: see loadtest/src/replay/main.ts. */
import '../loadtest/src/replay/main.ts'
