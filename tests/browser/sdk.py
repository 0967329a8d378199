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
