/**
 * Only what this server sends runs, and answers go nowhere else. `data:` is for the arrows in the style sheet; styles may
 * be inline because the page's library sets some as attributes, and can load nothing.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/page.js"></script>
</body>
</html>
`;

/**
 * Once a key is entered the document is read again with it, and has the actions of that key. The key is kept by the page
 * alone and is gone with it.
 */
export const PAGE_SCRIPT = `'use strict';
let key;

const keyOf = (payload) => payload.key && payload.key.value;
const readAgain = (system) => system.specActions.download(system.specSelectors.url());

const withKey = () => ({
  statePlugins: {
    auth: {
      wrapActions: {
        authorize: (original, system) => (payload) => {
          const result = original(payload);
          key = keyOf(payload);
          readAgain(system);
          return result;
        },
        logout: (original, system) => (payload) => {
          const result = original(payload);
          key = undefined;
          readAgain(system);
          return result;
        },
      },
    },
  },
});

SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#page',
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  plugins: [withKey],
  requestInterceptor: (request) => {
    if (request.loadSpec && key) request.headers.Authorization = 'Bearer ' + key;
    return request;
  },
});
`;
