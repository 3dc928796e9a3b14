// An HTTP service in JavaScript: greets, echoes, streams, and asks other servers.
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
    case '/relay': {
      // Streams there and back.
      const upstream = await fetch(url.searchParams.get('url'), { method: 'POST', body: request.body, duplex: 'half' });
      return new Response(upstream.body, { status: upstream.status });
    }
    case '/hash-all': {
      // All of them at the same time.
      const hashes = await Promise.all(url.searchParams.getAll('url').map(hash));
      return new Response(hashes.map((text) => `${text}\n`).join(''));
    }
    default:
      return new Response(`Hello from JavaScript: ${request.method} ${url.pathname}\n`);
  }
}

async function hash(url) {
  try {
    const content = await (await fetch(url)).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  } catch (error) {
    return 'failed';
  }
}
