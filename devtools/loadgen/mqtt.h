/* As much MQTT as a plug, a subscriber and a hub need to put a server to work. */
#ifndef LOADGEN_MQTT_H
#define LOADGEN_MQTT_H

#include "link.h"

enum { BYSTANDER = -1, UUID_SIZE = 33, TOPIC_SIZE = 64 };

struct home {
    const char *user_id, *key;    /* of the home: its plugs sign in with them */
    const char *name, *password;  /* of the named user */
};

void plug_uuid(int number, char uuid[UUID_SIZE]);
void plug_topic(int number, const char *box, char topic[TOPIC_SIZE]); /* box: publish, subscribe */

void send_connect(struct link *link, const struct home *home);
void send_subscribe(struct link *link, const char *filter);
void send_publish(struct link *link, const char *topic, const void *payload, size_t size); /* QoS 1 */
void send_puback(struct link *link, const unsigned char id[2]);

/* Call `packet` for each packet that `data` completes. */
typedef void (*packet_handler)(struct link *, unsigned char first, const unsigned char *body, size_t size);
void take_packets(struct link *link, const unsigned char *data, size_t size, packet_handler packet);

struct message {
    const char *topic, *payload; /* not ended by a zero */
    size_t topic_size, payload_size;
    const unsigned char *id; /* NULL at QoS 0 */
};
struct message read_publish(unsigned char first, const unsigned char *body, size_t size);

#endif
