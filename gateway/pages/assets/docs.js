// The API's documents, with a way to try each operation.

window.SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger', deepLinking: true, docExpansion: 'none', filter: true });
