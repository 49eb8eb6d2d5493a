/* TLS connections of one process under one epoll: what is sent is gathered and leaves once a turn. */
#ifndef LOADGEN_LINK_H
#define LOADGEN_LINK_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum stage { CLOSED, CONNECTING, SHAKING, OPEN };

struct link {
    int fd;
    enum stage stage;
    unsigned serial;   /* counts the connections that this slot has had */
    int number;        /* which plug; BYSTANDER for one that is none */
    uint16_t last_id;  /* packet id */
    bool is_admitted;
    bool is_gathered;  /* has something to send at the end of the turn */
    bool waits_to_write;
    SSL *ssl;
    unsigned char *in; /* the beginning of a packet that is not complete */
    size_t in_size;
    unsigned char *out;
    size_t out_size, out_room;
};

/* What a mode of this program does when something happens. */
struct handler {
    void (*opened)(struct link *);
    void (*received)(struct link *, const unsigned char *, size_t);
    void (*lost)(struct link *);
};

void links_begin(int port, const struct handler *handler);
void link_open(struct link *link, SSL_SESSION *resumed);
void link_send(struct link *link, const void *data, size_t size);
void link_close(struct link *link); /* at once, with a reset, as a plug that loses its power */

/* Wait for at most `wait_ms` and handle what happened; true when a line has come on standard input. The program
   ends when standard input does, so none outlives who started it. */
bool links_turn(int wait_ms);

#endif
