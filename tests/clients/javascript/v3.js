'use strict';
const sdk = require('@aws-sdk/client-s3');
const serve = require('./serve.js');

const [endpoint, accessKeyId, secretAccessKey] = process.argv.slice(2);
const client = new sdk.S3Client({
  endpoint, credentials: { accessKeyId, secretAccessKey }, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1,
});

serve(
  (operation, parameters) => client.send(new sdk[operation + 'Command'](parameters)),
  (error) => error.$metadata && error.$metadata.httpStatusCode,
);
