#include "mqtt.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEEPALIVE_S = 600 };

struct body {
    unsigned char data[512];
    size_t size;
};

static void put(struct body *body, const void *data, size_t size) {
    memcpy(body->data + body->size, data, size);
    body->size += size;
}

static void put_number(struct body *body, size_t number) {
    unsigned char two[2] = {(unsigned char)(number >> 8), (unsigned char)number};
    put(body, two, 2);
}

static void put_text(struct body *body, const char *text) {
    put_number(body, strlen(text));
    put(body, text, strlen(text));
}

static void send_header(struct link *link, unsigned char first, size_t length) {
    unsigned char header[5] = {first};
    size_t size = 1;
    do {
        header[size++] = (unsigned char)((length & 127) | (length > 127 ? 128 : 0));
        length >>= 7;
    } while (length > 0);
    link_send(link, header, size);
}

static void md5_hex(const char *text, char hex[33]) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_Digest(text, strlen(text), digest, &size, EVP_md5(), NULL);
    for (unsigned int i = 0; i < size; i++) sprintf(hex + 2 * i, "%02x", digest[i]);
}

void plug_uuid(int number, char uuid[UUID_SIZE]) {
    snprintf(uuid, UUID_SIZE, "1811081234567825182748e1e9%06x", (unsigned)number & 0xffffff);
}

void plug_topic(int number, const char *box, char topic[TOPIC_SIZE]) {
    char uuid[UUID_SIZE];
    plug_uuid(number, uuid);
    snprintf(topic, TOPIC_SIZE, "/appliance/%s/%s", uuid, box);
}

static void plug_login(int number, const struct home *home, char username[18], char password[80]) {
    char salted[128], hex[33];
    unsigned n = (unsigned)number;
    snprintf(username, 18, "48:e1:e9:%02x:%02x:%02x", n >> 16 & 255, n >> 8 & 255, n & 255);
    snprintf(salted, sizeof salted, "%s%s", username, home->key);
    md5_hex(salted, hex);
    snprintf(password, 80, "%s_%s", home->user_id, hex);
}

void send_connect(struct link *link, const struct home *home) {
    struct body body = {.size = 0};
    char client_id[96], username[18], password[80], uuid[UUID_SIZE];
    if (link->number == BYSTANDER) {
        put_text(&body, "MQTT");
        put(&body, "\x04\xc2", 2); /* level 4; user name, password, clean session */
        snprintf(client_id, sizeof client_id, "loadgen-%p", (void *)link);
    } else { /* as a plug does: MQTT 3.1, 56 characters */
        put_text(&body, "MQIsdp");
        put(&body, "\x03\xc2", 2);
        plug_uuid(link->number, uuid);
        plug_login(link->number, home, username, password);
        snprintf(client_id, sizeof client_id, "fmware:%s_a1b2c3d4e5f6a7b8", uuid);
    }
    put_number(&body, KEEPALIVE_S);
    put_text(&body, client_id);
    put_text(&body, link->number == BYSTANDER ? home->name : username);
    put_text(&body, link->number == BYSTANDER ? home->password : password);
    send_header(link, 0x10, body.size);
    link_send(link, body.data, body.size);
}

static uint16_t next_id(struct link *link) {
    if (++link->last_id == 0) link->last_id = 1;
    return link->last_id;
}

void send_subscribe(struct link *link, const char *filter) {
    struct body body = {.size = 0};
    put_number(&body, next_id(link));
    put_text(&body, filter);
    put(&body, "\x01", 1); /* QoS 1 */
    send_header(link, 0x82, body.size);
    link_send(link, body.data, body.size);
}

void send_publish(struct link *link, const char *topic, const void *payload, size_t size) {
    struct body body = {.size = 0};
    put_text(&body, topic);
    put_number(&body, next_id(link));
    send_header(link, 0x32, body.size + size);
    link_send(link, body.data, body.size);
    link_send(link, payload, size);
}

void send_puback(struct link *link, const unsigned char id[2]) {
    unsigned char packet[4] = {0x40, 2, id[0], id[1]};
    link_send(link, packet, sizeof packet);
}

/* The size of the first whole packet, 0 if there is none; `body` is where its header ends. */
static size_t whole_packet(const unsigned char *data, size_t size, size_t *body) {
    size_t length = 0;
    for (size_t i = 1; i < size && i < 5; i++) {
        length |= (size_t)(data[i] & 127) << 7 * (i - 1);
        if (data[i] < 128) {
            *body = i + 1;
            return i + 1 + length <= size ? i + 1 + length : 0;
        }
    }
    return 0;
}

void take_packets(struct link *link, const unsigned char *data, size_t size, packet_handler packet) {
    static unsigned char joined[512 * 1024];
    unsigned serial = link->serial;
    if (link->in_size > 0) { /* only what was begun is copied */
        memcpy(joined, link->in, link->in_size);
        memcpy(joined + link->in_size, data, size);
        data = joined;
        size += link->in_size;
        link->in_size = 0;
    }
    size_t at = 0, body = 0, length;
    while (at < size && (length = whole_packet(data + at, size - at, &body)) > 0) {
        packet(link, data[at], data + at + body, length - body);
        if (link->stage != OPEN || link->serial != serial) return;
        at += length;
    }
    if (at == size) return;
    link->in_size = size - at;
    link->in = realloc(link->in, link->in_size);
    if (link->in == NULL) exit(1);
    memcpy(link->in, data + at, link->in_size);
}

struct message read_publish(unsigned char first, const unsigned char *body, size_t size) {
    size_t topic_size = (size_t)body[0] << 8 | body[1];
    size_t start = 2 + topic_size + (first & 6 ? 2 : 0);
    return (struct message){
        .topic = (const char *)body + 2,
        .topic_size = topic_size,
        .payload = (const char *)body + start,
        .payload_size = size - start,
        .id = first & 6 ? body + 2 + topic_size : NULL,
    };
}
