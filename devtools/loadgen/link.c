#define _GNU_SOURCE
#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 32, MOST_LINKS = 1 << 16, ADDRESSES = 200, READ_SIZE = 64 * 1024 };

static int epoll_fd;
static SSL_CTX *context;
static struct sockaddr_in server;
static const struct handler *handle;
static struct link *gathered[MOST_LINKS];
static int gathered_count;
static unsigned opened_count;

static void die(const char *what) {
    perror(what);
    exit(1);
}

void links_begin(int port, const struct handler *handler) {
    handle = handler;
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    context = SSL_CTX_new(TLS_client_method());
    if (epoll_fd < 0 || context == NULL) die("begin");
    /* What these plugs offer; one suite, so that every server calculates the same. */
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, "AES128-SHA");
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL); /* nor do the plugs */
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE
                                  | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, READ_SIZE);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &event);
}

void link_open(struct link *link, SSL_SESSION *resumed) {
    int on = 1;
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    /* Many sources: ports run out otherwise, and a home's plugs have an address each. */
    struct sockaddr_in source = {.sin_family = AF_INET};
    source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + opened_count++ % ADDRESSES);
    link->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (link->fd < 0) die("socket (raise the limit of descriptors: ulimit -n)");
    setsockopt(link->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(link->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    if (bind(link->fd, (struct sockaddr *)&source, sizeof source) < 0) die("bind");
    if (connect(link->fd, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS) die("connect");
    link->ssl = SSL_new(context);
    SSL_set_fd(link->ssl, link->fd);
    if (resumed != NULL) SSL_set_session(link->ssl, resumed);
    link->stage = CONNECTING;
    link->serial++;
    link->last_id = 0;
    link->is_admitted = false;
    link->waits_to_write = true;
    link->in_size = link->out_size = 0;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = link};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, link->fd, &event) < 0) die("epoll_ctl");
}

void link_close(struct link *link) {
    if (link->stage == CLOSED) return;
    link->stage = CLOSED;
    SSL_set_quiet_shutdown(link->ssl, 1);
    SSL_shutdown(link->ssl); /* says nothing; keeps the session fit to be resumed */
    SSL_free(link->ssl);
    close(link->fd);
    link->in_size = link->out_size = 0;
}

void link_send(struct link *link, const void *data, size_t size) {
    if (link->out_size + size > link->out_room) {
        link->out_room = (link->out_size + size) * 2;
        link->out = realloc(link->out, link->out_room);
        if (link->out == NULL) die("realloc");
    }
    memcpy(link->out + link->out_size, data, size);
    link->out_size += size;
    if (!link->is_gathered) {
        link->is_gathered = true;
        gathered[gathered_count++] = link;
    }
}

static void wait_to_write(struct link *link, bool does_wait) {
    if (link->waits_to_write == does_wait) return;
    link->waits_to_write = does_wait;
    struct epoll_event event = {.events = EPOLLIN | (does_wait ? EPOLLOUT : 0), .data.ptr = link};
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, link->fd, &event);
}

static void lose(struct link *link) {
    link_close(link);
    handle->lost(link);
}

/* True if the connection only has to wait. */
static bool waits(struct link *link, int result) {
    switch (SSL_get_error(link->ssl, result)) {
    case SSL_ERROR_WANT_READ: return true;
    case SSL_ERROR_WANT_WRITE: wait_to_write(link, true); return true;
    default: return false;
    }
}

static void flush(struct link *link) {
    size_t sent = 0;
    while (link->stage == OPEN && sent < link->out_size) {
        int written = SSL_write(link->ssl, link->out + sent, (int)(link->out_size - sent));
        if (written <= 0) {
            if (!waits(link, written)) {
                lose(link);
                return;
            }
            break;
        }
        sent += (size_t)written;
    }
    link->out_size -= sent;
    if (link->out_size > 0)
        memmove(link->out, link->out + sent, link->out_size);
    else
        wait_to_write(link, false);
}

static void flush_gathered(void) {
    for (int i = 0; i < gathered_count; i++) {
        gathered[i]->is_gathered = false;
        if (gathered[i]->stage == OPEN) flush(gathered[i]);
    }
    gathered_count = 0;
}

static void read_all(struct link *link) {
    static unsigned char buffer[READ_SIZE];
    unsigned serial = link->serial;
    while (link->stage == OPEN && link->serial == serial) {
        int size = SSL_read(link->ssl, buffer, sizeof buffer);
        if (size <= 0) {
            if (!waits(link, size)) lose(link);
            return;
        }
        handle->received(link, buffer, (size_t)size);
    }
}

static void shake_hands(struct link *link) {
    int result = SSL_connect(link->ssl);
    if (result != 1) {
        if (!waits(link, result)) lose(link);
        return;
    }
    link->stage = OPEN;
    wait_to_write(link, false);
    handle->opened(link);
}

static void attend(struct link *link, uint32_t events) {
    if (link->stage == CONNECTING && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))) {
        link->stage = SHAKING;
        wait_to_write(link, false);
    }
    if (link->stage == SHAKING) shake_hands(link);
    if (link->stage == OPEN && (events & EPOLLOUT)) flush(link);
    if (link->stage == OPEN && (events & ~(uint32_t)EPOLLOUT)) read_all(link);
}

static void read_line(void) {
    char line[64];
    if (read(STDIN_FILENO, line, sizeof line) <= 0) exit(0);
}

bool links_turn(int wait_ms) {
    static struct epoll_event events[EVENTS];
    bool was_told = false;
    flush_gathered();
    int count = epoll_wait(epoll_fd, events, EVENTS, wait_ms);
    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr != NULL) {
            attend(events[i].data.ptr, events[i].events);
            continue;
        }
        read_line();
        was_told = true;
    }
    flush_gathered();
    return was_told;
}
