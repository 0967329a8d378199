'use strict';
// Version 2, behind its own build for browsers: what `sdk` is to a test, see v3.js.

self.makeSdk = ({ endpoint, accessKeyId, secretAccessKey }) => {
  const s3 = new AWS.S3({
    endpoint, accessKeyId, secretAccessKey, region: 'us-east-1', s3ForcePathStyle: true, maxRetries: 0, signatureVersion: 'v4',
  });

  return {
    async call(operation, parameters) {
      const answer = await s3[operation[0].toLowerCase() + operation.slice(1)](parameters).promise();
      return answer.Body ? { ...answer, Body: new TextDecoder().decode(answer.Body) } : answer;
    },
    upload(params, onProgress) {
      const upload = new AWS.S3.ManagedUpload({ service: s3, params });
      upload.on('httpUploadProgress', ({ loaded }) => onProgress(loaded));
      return { done: () => upload.promise(), abort: () => upload.abort() };
    },
    nameOf: (error) => error.code === 'NetworkingError' ? BLOCKED : error.code,
  };
};
