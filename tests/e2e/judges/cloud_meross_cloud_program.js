// npm's meross-cloud, unmodified, with the address of our interface as its cloud.
// Reads its orders as one JSON object from the first line of stdin. Where something has to be done to the plug it says so,
// as `@what`, and waits for a line; at the end it prints what it found as `found: ` and one JSON object.
'use strict';

const crypto = require('crypto');
const readline = require('readline');
const MerossCloud = require('meross-cloud');

const VENDORS_DOMAIN = 'iotx.meross.com'; // built in; a token that is kept is kept for it
const lines = readline.createInterface({input: process.stdin})[Symbol.asyncIterator]();
const found = {};
let orders;

const promised = (work) => new Promise((resolve, reject) => work((error, result) => (error ? reject(error) : resolve(result))));
const refusal = (work) => new Promise((resolve) => work((error) => resolve(error ? error.message : 'let in')));
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
    const log = [];
    const cloud = new MerossCloud({email: orders.email, password: orders.password, logger: (line) => log.push(line), ...options});
    cloud.httpDomain = orders.domain; // there is no option for another than the vendor's
    cloud.on('error', () => {});
    cloud.log = log;
    return cloud;
}

async function connected(cloud) {
    const isConnected = new Promise((resolve) => cloud.on('connected', resolve));
    const count = await promised((done) => cloud.connect(done));
    await isConnected;
    await pause(500); // it is told so before its subscriptions stand
    return count;
}

const turn = (plug, on) => promised((done) => plug.controlToggleX(0, on, done));
const relay = async (plug) => (await promised((done) => plug.getSystemAllData(done))).all.digest.togglex[0].onoff;

async function daysOf(plug) {
    let days = [];
    for (let tries = 0; tries < 30; tries++) { // it books every ten seconds
        days = (await promised((done) => plug.getControlPowerConsumptionX(done))).consumptionx;
        const newest = days.reduce((one, other) => (one.date > other.date ? one : other));
        if (newest.value && days.length > 1) break;
        await pause(1000);
    }
    return Object.fromEntries(days.map(({date, value}) => [date, value]));
}

async function use(cloud, plug) {
    const pushes = [];
    cloud.on('data', (uuid, namespace, payload) => pushes.push([namespace, payload]));
    const pushed = (name, fits) => eventually(() => pushes.some(([namespace, payload]) => namespace === name && fits(payload)));
    await turn(plug, false);
    found.off = await relay(plug);
    await ask('off kettle');
    await turn(plug, true);
    found.on = await relay(plug);
    await ask('on kettle');
    await pause(500); // a meter needs a moment after the relay has moved
    found.electricity = (await promised((done) => plug.getControlElectricity(done))).electricity;
    found.days = await daysOf(plug);
    await promised((done) => plug.setSystemDNDMode(true, done));
    found.dnd = (await promised((done) => plug.getSystemDNDMode(done))).DNDMode.mode;
    pushes.length = 0;
    await ask('press kettle');
    found.pushed = await pushed('Appliance.Control.ToggleX', (payload) => payload.togglex[0].onoff === 0);
    await ask('off kettle');
    await ask('unplug kettle');
    found.went = await pushed('Appliance.System.Online', (payload) => payload.online.status === 2);
    await ask('plug-in kettle');
    found.came = await pushed('Appliance.System.Online', (payload) => payload.online.status === 1);
}

async function useByLan(cloud, plug) {
    cloud.localHttpFirst = true; // as its option does from the beginning
    plug.setKnownLocalIp(orders.http);
    const before = cloud.log.length;
    await turn(plug, true);
    await ask('on kettle');
    found.byLan = await relay(plug);
    const said = cloud.log.slice(before);
    found.lanAnswers = said.filter((line) => line.startsWith('HTTP-Local-Response OK')).length;
    found.mqttCalls = said.filter((line) => line.startsWith('MQTT-Cloud-Call')).length;
}

function keptToken(cloud) {
    const {token, key, userId, userEmail} = cloud;
    const hash = crypto.createHash('md5').update(`${VENDORS_DOMAIN}${orders.email}${orders.password}`).digest('hex');
    return {token, key, userId, userEmail, domain: orders.domain, mqttDomain: cloud.mqttDomain, hash};
}

async function main() {
    orders = JSON.parse((await lines.next()).value);
    found.wrongPassword = await refusal((done) => program({password: 'wrong horse'}).connect(done));
    found.unknownAccount = await refusal((done) => program({email: 'nobody@example.org'}).connect(done));
    const cloud = program({});
    found.listed = [];
    cloud.on('deviceInitialized', (uuid, {devName, onlineStatus}) => found.listed.push([devName, uuid, onlineStatus]));
    found.count = await connected(cloud);
    await use(cloud, cloud.getDevice(orders.uuid));
    await useByLan(cloud, cloud.getDevice(orders.uuid));
    cloud.disconnectAll(true);
    await ask('restart');
    const again = program({tokenData: keptToken(cloud)});
    found.countAgain = await connected(again);
    found.signedInAgain = again.log.some((line) => /Doing login|Login to Meross/.test(line));
    await turn(again.getDevice(orders.uuid), false);
    await ask('off kettle');
    await promised((done) => again.logout(done));
    found.afterLogout = await refusal((done) => cloud.getDevices(done));
    again.disconnectAll(true);
    process.stdout.write(`found: ${JSON.stringify(found)}\n`);
    process.exit(0);
}

main().catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
});
