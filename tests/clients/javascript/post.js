'use strict';
// Presigned posts of version 3, sent by fetch as a page would: FormData, the file last.

const sdk = require('@aws-sdk/client-s3');
const { createPresignedPost } = require('@aws-sdk/s3-presigned-post');
const serve = require('./serve.js');

const [endpoint, accessKeyId, secretAccessKey] = process.argv.slice(2);
const client = new sdk.S3Client({
  endpoint, credentials: { accessKeyId, secretAccessKey }, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1,
});

// parameters: those of createPresignedPost, and with them File, FileName and More fields to send.
async function post(_, { File, FileName, More, ...parameters }) {
  const { url, fields } = await createPresignedPost(client, parameters);
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...More })) form.append(name, value);
  form.append('file', new Blob([File]), FileName);
  const answer = await fetch(url, { method: 'POST', body: form, redirect: 'manual' });
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() };
}

serve(post, () => undefined);
