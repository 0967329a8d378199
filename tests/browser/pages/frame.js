'use strict';
// Runs one job: `script` is the text of an async function, called with `arguments`; what it returns or throws is the answer.
// What follows are words that such a script may use. BLOCKED is all that a page gets to know of a request that the browser
// did not let it see, as of one that met no server.

const BLOCKED = 'blocked';

// fetch: status, the headers that the page may read, the text.
async function ask(url, options = {}) {
  let answer;
  try {
    answer = await fetch(url, options);
  } catch (error) {
    if (error instanceof TypeError) return BLOCKED;
    throw error;
  }
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() };
}

// The same by XMLHttpRequest; `progress` listens to that of the upload, which alone makes a preflight necessary.
function askByXhr(url, { method = 'GET', headers = {}, body = null, progress = false, credentials } = {}) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let sent = 0;
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.withCredentials = credentials === 'include';
    if (progress) request.upload.onprogress = ({ loaded }) => { sent = loaded; };
    request.onerror = () => resolve(BLOCKED);
    request.onload = () => resolve({
      status: request.status,
      headers: Object.fromEntries(request.getAllResponseHeaders().trim().split(/[\r\n]+/).map((line) => line.split(/: */, 2))),
      text: request.responseText,
      sent,
    });
    request.send(body);
  });
}

addEventListener('message', async ({ source, data: job }) => {
  if (source !== parent) return;
  let answer;
  try {
    answer = { value: await (0, eval)('(' + job.script + ')')(...job.arguments) };
  } catch (error) {
    answer = { error: String(error && error.stack || error) };
  }
  parent.postMessage(answer, '*');
});
addEventListener('load', () => parent.postMessage('ready', '*'));
