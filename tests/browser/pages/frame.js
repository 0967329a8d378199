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
      headers: Object.fromEntries(
        Array.from(request.getAllResponseHeaders().matchAll(/^(.*?): *(.*)\r$/gm), ([, name, value]) => [name, value])),
      text: request.responseText,
      sent,
    });
    request.send(body);
  });
}

// Runs another script of the server of pages, once.
function load(path) {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.onload = resolve;
    script.onerror = () => reject(new Error('no ' + path));
    script.src = path;
    document.head.append(script);
  });
}

// An <img>: 'readable' if its pixels may be looked at, 'shown' if not, BLOCKED if it does not load.
function showImage(url, crossOrigin = null) {
  return new Promise((resolve) => {
    const image = new Image();
    image.crossOrigin = crossOrigin;
    image.onerror = () => resolve(BLOCKED);
    image.onload = () => {
      const pencil = document.createElement('canvas').getContext('2d');
      pencil.drawImage(image, 0, 0);
      try {
        pencil.getImageData(0, 0, 1, 1);
        resolve('readable');
      } catch {
        resolve('shown');
      }
    };
    image.src = url;
  });
}

// A font by a rule of a style sheet: how many pixels wide an A is in it at 10 pixels, or BLOCKED.
async function useFont(url) {
  const style = document.createElement('style');
  style.textContent = `@font-face { font-family: wide; src: url("${url}"); }`;
  document.head.append(style);
  try {
    await document.fonts.load('10px wide', 'A');
  } catch {
    return BLOCKED;
  }
  const pencil = document.createElement('canvas').getContext('2d');
  pencil.font = '10px wide';
  return Math.round(pencil.measureText('A').width);
}

// A form as an SDK or a server makes it for a page: the file comes last.
function formData(fields, content, name) {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append('file', new Blob([content]), name);
  return form;
}

// The same as a form in the page, whose answer goes to a frame beside it: where the frame then is and the title there, BLOCKED
// if the page may not know.
function submitForm(url, fields, content, name) {
  const form = Object.assign(document.createElement('form'), {
    method: 'POST', action: url, enctype: 'multipart/form-data', target: 'answer',
  });
  for (const [field, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: field, value }));
  }
  const files = new DataTransfer();
  files.items.add(new File([content], name));
  const input = Object.assign(document.createElement('input'), { type: 'file', name: 'file' });
  input.files = files.files;
  form.append(input);
  document.body.append(form);

  return new Promise((resolve) => {
    const frame = Object.assign(document.createElement('iframe'), { name: 'answer' });
    frame.onload = () => {
      try {
        const place = frame.contentWindow.location;
        if (place.href === 'about:blank') return; // not yet
        resolve({ path: place.pathname, search: place.search, title: frame.contentDocument.title });
      } catch {
        resolve(BLOCKED);
      }
    };
    document.body.append(frame);
    form.submit();
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
addEventListener('error', ({ message }) => parent.postMessage({ error: message }, '*'));
addEventListener('load', () => parent.postMessage('ready', '*'));
