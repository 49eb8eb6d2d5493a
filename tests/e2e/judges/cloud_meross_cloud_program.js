// npm's meross-cloud, unmodified, with the address of our interface as its cloud.
// Orders as JSON in argv. Where something has to be done to the plug it says so, as `@what`, and waits for a line of
// stdin; at the end it prints what it found as `found: ` and one JSON object.
'use strict';

const readline = require('readline');
const MerossCloud = require('meross-cloud');

const orders = JSON.parse(process.argv[2]);
const lines = readline.createInterface({input: process.stdin})[Symbol.asyncIterator]();
const found = {};

const promised = (work) => new Promise((resolve, reject) => work((error, result) => (error ? reject(error) : resolve(result))));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function ask(what) {
    process.stdout.write(`@${what}\n`);
    await lines.next();
}

async function eventually(isSo) {
    for (let tries = 0; tries < 300; tries++) {
        if (isSo()) return true;
        await pause(100);
    }
    return false;
}

function program(options) {
    const cloud = new MerossCloud({email: orders.email, password: orders.password, ...options});
    cloud.httpDomain = orders.domain; // it has the vendor's built in, and no option for another
    cloud.on('error', () => {});
    return cloud;
}

async function refusal(options) {
    try {
        await promised((done) => program(options).connect(done));
        return 'let in';
    } catch (error) {
        return error.message;
    }
}

async function main() {
    found.wrongPassword = await refusal({password: 'wrong horse'});
    found.unknownAccount = await refusal({email: 'nobody@example.org'});
    const cloud = program({});
    const pushes = [];
    cloud.on('data', (uuid, namespace, payload) => pushes.push([namespace, payload]));
    const connected = new Promise((resolve) => cloud.on('connected', resolve));
    found.count = await promised((done) => cloud.connect(done));
    await connected;
    await pause(500); // it is told so before its subscriptions stand
    const plug = cloud.getDevice(orders.uuid);
    const turn = (on) => promised((done) => plug.controlToggleX(0, on, done));
    const relay = async () => (await promised((done) => plug.getSystemAllData(done))).all.digest.togglex[0].onoff;
    await turn(false);
    found.off = await relay();
    await ask('is it off?');
    await turn(true);
    found.on = await relay();
    await ask('is it on?');
    await pause(500); // a meter needs a moment after the relay has moved
    found.electricity = (await promised((done) => plug.getControlElectricity(done))).electricity;
    found.consumption = (await promised((done) => plug.getControlPowerConsumptionX(done))).consumptionx;
    await promised((done) => plug.setSystemDNDMode(true, done));
    found.dnd = (await promised((done) => plug.getSystemDNDMode(done))).DNDMode.mode;
    pushes.length = 0;
    await ask('press its button');
    const pushed = (name, fits) => eventually(() => pushes.some(([namespace, payload]) => namespace === name && fits(payload)));
    found.pushed = await pushed('Appliance.Control.ToggleX', (payload) => payload.togglex[0].onoff === 0);
    await ask('unplug it');
    found.went = await pushed('Appliance.System.Online', (payload) => payload.online.status === 2);
    await ask('plug it in');
    found.came = await pushed('Appliance.System.Online', (payload) => payload.online.status === 1);
    cloud.localHttpFirst = true;
    plug.setKnownLocalIp(orders.http);
    await turn(true);
    found.byLan = await relay();
    const kept = cloud.getTokenData();
    const again = program({});
    again.token = kept.token; // as its `tokenData` does, but for a hash over the vendor's own domain
    [again.key, again.userId] = [kept.key, kept.userId];
    found.again = await promised((done) => again.getDevices(done));
    await promised((done) => cloud.logout(done));
    found.afterLogout = await new Promise((resolve) => again.getDevices((error) => resolve(error ? error.message : 'let in')));
    cloud.disconnectAll(true);
    again.disconnectAll(true);
    process.stdout.write(`found: ${JSON.stringify(found)}\n`);
    process.exit(0);
}

main().catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
});
