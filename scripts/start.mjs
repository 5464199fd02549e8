// npm start: builds when the build is missing or old (npm ci may have been told to run no scripts), then serves.
import './build.mjs';
process.argv.splice(2, 0, 'dev');
await import('../dist/cli/main.js');
