'use strict';
// Reads calls from standard input, a line of JSON each, makes them one after another, answers with a line each.

const fs = require('fs');
const readline = require('readline');
const { pipeline } = require('stream/promises');
const { Readable } = require('stream');

// {"base64": …} and {"file": …} stand for bytes and for a stream.
function decode(value) {
  if (Array.isArray(value)) return value.map(decode);
  if (value === null || typeof value !== 'object') return value;
  if ('base64' in value) return Buffer.from(value.base64, 'base64');
  if ('file' in value) return fs.createReadStream(value.file);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, decode(inner)]));
}

async function bytes(body) {
  const pieces = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function encode(result, saveTo) {
  if (!result || !result.Body) return result;
  const body = Buffer.isBuffer(result.Body) ? Readable.from([result.Body]) : result.Body;
  if (saveTo) {
    await pipeline(body, fs.createWriteStream(saveTo));
    return { ...result, Body: null };
  }
  return { ...result, Body: { base64: (await bytes(body)).toString('base64') } };
}

// call(operation, parameters) makes one call of the SDK; status(error) tells the HTTP status of what it threw.
module.exports = async function serve(call, status) {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const job = JSON.parse(line);
    let answer;
    try {
      const result = await call(job.operation, decode(job.parameters), job.saveTo);
      answer = { result: await encode(result, job.saveTo) };
    } catch (error) {
      answer = { error: { code: error.code || error.name, status: status(error), message: error.message } };
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
};
