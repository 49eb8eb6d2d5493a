// A program that uses npm's meross-cloud, unmodified, and switches what it is told to: one line of JSON each way.
// The first line is where and as whom to sign in; then each line names plugs and the sides they shall be on, all at once;
// an empty list asks what was pushed so far, of each plug all that its relay has been, as digits.
'use strict';

const readline = require('readline');
const MerossCloud = require('meross-cloud');

const lines = readline.createInterface({input: process.stdin})[Symbol.asyncIterator]();
const pushed = {};

const say = (found) => process.stdout.write(`found: ${JSON.stringify(found)}\n`);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const promised = (work) => new Promise((resolve, reject) => work((error, result) => (error ? reject(error) : resolve(result))));

async function turn(cloud, [uuid, on]) {
    try {
        await promised((done) => cloud.getDevice(uuid).controlToggleX(0, on, done));
        return '';
    } catch (error) {
        return `${uuid} ${on}: ${error.message}`;
    }
}

async function main() {
    const {email, password, url} = JSON.parse((await lines.next()).value);
    const cloud = new MerossCloud({email, password});
    cloud.httpDomain = url.replace('https://', ''); // there is no option for another than the vendor's
    cloud.on('error', () => {});
    cloud.on('data', (uuid, namespace, {togglex}) => {
        for (const {onoff} of namespace === 'Appliance.Control.ToggleX' ? togglex : []) pushed[uuid] = (pushed[uuid] || '') + onoff;
    });
    const isConnected = new Promise((resolve) => cloud.on('connected', resolve));
    await promised((done) => cloud.connect(done));
    await isConnected;
    await pause(1000); // it is told so before its subscriptions stand
    say({plugs: Object.keys(cloud.devices).sort()});
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
        const wishes = JSON.parse(line.value);
        const failures = await Promise.all(wishes.map((wish) => turn(cloud, wish)));
        say(wishes.length ? {failed: failures.filter(Boolean)} : pushed);
    }
    cloud.disconnectAll(true);
    process.exit(0);
}

main().catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
});
