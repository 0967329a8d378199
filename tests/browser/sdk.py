"""What pages do with an SDK: scripts that get it as their first argument."""

# Makes the SDK, and hands it to a script. The paths are those of the scripts to load.
USE = """async (script, paths, settings, ...more) => {
    for (const path of paths) await load(path);
    return (0, eval)('(' + script + ')')(makeSdk(settings), ...more);
}"""

# Calls operations in turn: for each "done", or the name of the error.
EACH = """async (sdk, operations, parameters) => {
    const names = {};
    for (const operation of operations) {
        names[operation] = await sdk.call(operation, parameters[operation]).then(() => 'done', sdk.nameOf);
    }
    return names;
}"""

# What an object goes through. Chromium writes the Range of a request anew when it has kept the object, which its signature does
# not survive.
LIFE = """async (sdk, Bucket, Key) => {
    const put = await sdk.call('PutObject', {
        Bucket, Key, Body: new TextEncoder().encode('some bytes'), ContentType: 'text/x-odd', CacheControl: 'no-store',
        Metadata: { colour: 'blue' },
    });
    const got = await sdk.call('GetObject', { Bucket, Key });
    const range = await sdk.call('GetObject', { Bucket, Key, Range: 'bytes=-5' });
    const listed = await sdk.call('ListObjectsV2', { Bucket, Prefix: 'a folder/' });
    await sdk.call('DeleteObject', { Bucket, Key });
    const left = await sdk.call('ListObjectsV2', { Bucket });
    const error = await sdk.call('GetObject', { Bucket, Key }).catch(sdk.nameOf);
    return { put, got, range, keys: listed.Contents.map((object) => object.Key), left: left.KeyCount, error };
}"""

# Random bytes, which come in pieces of 64 KiB at most, as a file that a person has chosen.
FILE = """const bytes = new Uint8Array(size);
    for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
    const Body = new File([bytes], 'file');
"""

# An upload in parts: its ETag, its progress, and the SHA-256 of what was sent.
UPLOAD = "async (sdk, Bucket, Key, size) => {" + FILE + """
    const progress = [];
    const { ETag } = await sdk.upload({ Bucket, Key, Body }, (sent) => progress.push(sent)).done();
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return { ETag, progress, digest: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') };
}"""

# One that the page aborts when the first part is there; the name of the error.
ABORT = "async (sdk, Bucket, Key, size) => {" + FILE + """
    const upload = sdk.upload({ Bucket, Key, Body }, () => upload.abort());
    const name = await upload.done().then(() => 'done', sdk.nameOf);
    for (let n = 0; n < 100; n++) { // version 3 says so first, and then tells S3
        const { Uploads } = await sdk.call('ListMultipartUploads', { Bucket });
        if (!Uploads || Uploads.length === 0) return name;
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('the upload is still there');
}"""

# "done", or the name of the error.
UPLOAD_NAMED = "async (sdk, Bucket, Key, size) => {" + FILE + """
    return sdk.upload({ Bucket, Key, Body }, () => {}).done().then(() => 'done', sdk.nameOf);
}"""
