// Version 3 with lib-storage, to be bundled for a browser. makeSdk gives a test
//   call(operation, parameters)      the answer; a body as text
//   upload(parameters, onProgress)   { done(), abort() }; onProgress gets the bytes sent so far
//   nameOf(error)                    the code of S3's error, or BLOCKED

import * as s3 from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

self.makeSdk = ({ endpoint, accessKeyId, secretAccessKey }) => {
  const client = new s3.S3Client({
    endpoint, credentials: { accessKeyId, secretAccessKey }, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1,
  });

  return {
    async call(operation, parameters) {
      const answer = await client.send(new s3[operation + 'Command'](parameters));
      return answer.Body ? { ...answer, Body: await answer.Body.transformToString() } : answer;
    },
    upload(params, onProgress) {
      const upload = new Upload({ client, params });
      upload.on('httpUploadProgress', ({ loaded }) => onProgress(loaded));
      return { done: () => upload.done(), abort: () => upload.abort() };
    },
    nameOf: (error) => error instanceof TypeError ? BLOCKED : error.name,
  };
};
