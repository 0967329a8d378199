'use strict';
const AWS = require('aws-sdk');
const serve = require('./serve.js');

const [endpoint, accessKeyId, secretAccessKey] = process.argv.slice(2);
const s3 = new AWS.S3({
  endpoint, accessKeyId, secretAccessKey, region: 'us-east-1', s3ForcePathStyle: true, maxRetries: 0,
  signatureVersion: 'v4',
});

serve((operation, parameters, saveTo) => {
  if (operation === 'GetSignedUrl') {
    const { Operation, ...rest } = parameters;
    return s3.getSignedUrlPromise(Operation, rest);
  }
  if (operation === 'Upload') {
    const { PartSize: partSize, ...rest } = parameters;
    return s3.upload(rest, { partSize }).promise();
  }
  const request = s3[operation[0].toLowerCase() + operation.slice(1)](parameters);
  return saveTo ? { Body: request.createReadStream() } : request.promise();
}, (error) => error.statusCode);
