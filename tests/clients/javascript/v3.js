'use strict';
const sdk = require('@aws-sdk/client-s3');
const serve = require('./serve.js');

const [endpoint, accessKeyId, secretAccessKey] = process.argv.slice(2);
const client = new sdk.S3Client({
  endpoint, credentials: { accessKeyId, secretAccessKey }, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1,
});

// lib-storage splits what it uploads; PartSize is its option, the other parameters are the operation's.
function upload({ PartSize: partSize, ...params }) {
  const { Upload } = require('@aws-sdk/lib-storage');
  return new Upload({ client, params, partSize }).done();
}

serve(
  (operation, parameters) => operation === 'Upload' ? upload(parameters)
    : client.send(new sdk[operation + 'Command'](parameters)),
  (error) => error.$metadata && error.$metadata.httpStatusCode,
);
