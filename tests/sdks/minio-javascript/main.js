'use strict';
// MinIO's client for JavaScript on the gateway that the environment names. Exits 0 if all went well.

const assert = require('assert');
const { Readable } = require('stream');
const { Client, CopyConditions } = require('minio');

const { S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY, S3_BUCKET: bucket } = process.env;
const endpoint = new URL(S3_ENDPOINT);
const small = 'a/small +&ü';
const client = new Client({
  endPoint: endpoint.hostname, port: Number(endpoint.port), useSSL: false, accessKey: S3_ACCESS_KEY, secretKey: S3_SECRET_KEY,
  partSize: 5 << 20,
});

async function all(stream) {
  const found = [];
  for await (const item of stream) found.push(item);
  return found;
}

async function get(key, options) {
  return Buffer.concat(await all(await client.getObject(bucket, key, options)));
}

async function smallObject() {
  await client.putObject(bucket, small, Buffer.from('some bytes'), { 'Content-Type': 'text/x-odd', colour: 'blue' });
  assert.strictEqual((await get(small)).toString(), 'some bytes');
  const { metaData } = await client.statObject(bucket, small);
  assert.deepStrictEqual([metaData['content-type'], metaData.colour], ['text/x-odd', 'blue']);
  await assert.rejects(client.getObject(bucket, 'nothing'), { code: 'NoSuchKey' });
}

// A stream whose length nobody tells goes in parts.
async function multipart() {
  const large = Buffer.alloc(11 << 20);
  for (let at = 0; at < large.length; at += 4096) large.writeUInt32LE(at, at);
  const pieces = [];
  for (let at = 0; at < large.length; at += 100000) pieces.push(large.subarray(at, at + 100000));
  const { etag } = await client.putObject(bucket, 'large', Readable.from(pieces));
  assert.match(etag, /-3$/);
  assert(large.equals(await get('large')));
  await client.copyObject(bucket, 'b/copy', `/${bucket}/large`, new CopyConditions());
  assert(large.equals(await get('b/copy')));
}

async function listing() {
  const found = (await all(client.listObjectsV2(bucket))).map((item) => item.name || item.prefix);
  assert.deepStrictEqual(found.sort(), ['a/', 'b/', 'large']);
}

async function tags() {
  await client.setObjectTagging(bucket, 'large', { colour: 'light blue' });
  assert.deepStrictEqual((await client.getObjectTagging(bucket, 'large')).flat(), [{ Key: 'colour', Value: 'light blue' }]);
}

async function presigned() {
  const answer = await fetch(await client.presignedGetObject(bucket, small, 60));
  assert.strictEqual(await answer.text(), 'some bytes');
}

async function versions() {
  await client.setBucketVersioning(bucket, { Status: 'Enabled' });
  const first = (await client.putObject(bucket, 'v', '1')).versionId;
  await client.putObject(bucket, 'v', '2');
  await client.removeObject(bucket, 'v');
  assert.strictEqual((await get('v', { versionId: first })).toString(), '1');
  const found = await all(client.listObjects(bucket, 'v', true, { IncludeVersion: true }));
  assert.deepStrictEqual(found.map((item) => Boolean(item.isDeleteMarker)).sort(), [false, false, true]);
}

async function empty() {
  const every = await all(client.listObjects(bucket, '', true, { IncludeVersion: true }));
  await client.removeObjects(bucket, every.map(({ name, versionId }) => ({ name, versionId })));
  await client.removeBucket(bucket);
}

async function main() {
  await client.makeBucket(bucket);
  for (const step of [smallObject, multipart, listing, tags, presigned, versions, empty]) await step();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
