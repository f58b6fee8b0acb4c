// A Pulumi program that never ends, so that its `up` holds the stack's lock until it is killed.
setInterval(() => {}, 1000);
