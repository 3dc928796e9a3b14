// An HTTP service in JavaScript: greets, echoes, streams, and asks another server.
addEventListener('fetch', (event) => event.respondWith(handle(event.request)));

async function handle(request) {
  const url = new URL(request.url);
  switch (url.pathname) {
    case '/echo':
      return new Response(request.body, { headers: { 'content-type': 'application/octet-stream' } });
    case '/stream': {
      let n = 0;
      const body = new ReadableStream({
        async pull(controller) {
          if (n === 5) return controller.close();
          await new Promise((later) => setTimeout(later, 100));
          controller.enqueue(new TextEncoder().encode(`chunk ${n++}\n`));
        },
      });
      return new Response(body, { headers: { 'content-type': 'text/plain' } });
    }
    case '/fetch': {
      const upstream = await fetch(url.searchParams.get('url'));
      return new Response(`upstream said ${upstream.status}: ${await upstream.text()}`);
    }
    default:
      return new Response(`Hello from JavaScript: ${request.method} ${url.pathname}\n`);
  }
}
