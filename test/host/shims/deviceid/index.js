// Stands in for the native module: a fixed id, so that a test run leaves no trace of the machine.
exports.getDeviceId = async () => "00000000-0000-4000-8000-000000000000";
