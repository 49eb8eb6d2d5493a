// npm's meross-cloud, unmodified: signs messages, and asks a plug on the local network.
// Orders as JSON in argv: the home's key, how many messages to sign, and a plug's uuid and host:port.
'use strict';

const MerossCloud = require('meross-cloud');

const orders = JSON.parse(process.argv[2]);
const cloud = new MerossCloud({email: 'a@b.c', password: 'x', localHttpFirst: true, onlyLocalForGet: true});
cloud.key = orders.key;
cloud.clientResponseTopic = '/app/10001-7f3c/subscribe';

const signed = [];
for (let n = 0; n < orders.messages; n++) {
    signed.push(cloud.encodeMessage('SET', 'Appliance.Control.ToggleX', {togglex: {channel: 0, onoff: n % 2}}));
}

const heard = [];
cloud.devices = {[orders.uuid]: {handleMessage: (message) => heard.push(message), emit: () => {}}};

function ask(method, namespace, payload) {
    return new Promise((resolve, reject) => {
        const message = cloud.encodeMessage(method, namespace, payload);
        cloud.sendMessageHttp({uuid: orders.uuid}, orders.http, message, (error) => {
            if (error) {
                reject(error);
            } else {
                setTimeout(resolve, 50); // it hands the answer on in a moment of its own
            }
        });
    });
}

async function main() {
    await ask('SET', 'Appliance.Control.ToggleX', {togglex: {channel: 0, onoff: 0}});
    await ask('GET', 'Appliance.System.All', {});
    await ask('GET', 'Appliance.Control.Electricity', {});
    process.stdout.write(JSON.stringify({signed, heard}));
}

main().catch((error) => {
    process.stderr.write(`${error}\n`);
    process.exit(1);
});
