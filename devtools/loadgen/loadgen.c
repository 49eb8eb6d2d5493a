/* Plugs, a subscriber and a hub as foreign programs, to put an MQTT server to work: `loadgen MODE name=value ...`.

   Modes:
     connect  plugs=N come in and go, at most rate=R a second; resumed=1 with a session ticket
     flow     plugs=N publish at QoS 1, window=W unacknowledged each; one user listens to them all
     steady   the same at rate=R messages a second
     ask      a hub that is a client asks one plug, rate=R times a second
     hold     plugs=N stay, and answer what they are asked; a line on standard input: all lose their power at once
              and come back, at most in-flight=K at a time

   Prints JSON lines: `{"event": "begin"}` when counting begins, then the figures. `busy` is the share of this
   program's core that was not idle meanwhile, whoever used it: above 0.7 the figure says little about the server.
   `own` is what this program itself used of it. */
#define _GNU_SOURCE
#include "mqtt.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_PLUGS = 60000, MOST_ASKED = 100000 };

#define PLUG_FILTER "/appliance/+/publish"

static int argument_count;
static char **arguments;

static struct home home;
static struct link *plugs, bystander = {.fd = -1, .number = BYSTANDER};
static int plug_count, admitted_count;
static long published, acknowledged, delivered, connected, resumed_count, lost_count;
static bool is_counting;

static void (*plug_admitted)(struct link *);
static void (*plug_acknowledged)(struct link *);
static void (*bystander_received)(struct message);

/* --- arguments, time and load --- */

static const char *text_argument(const char *name, const char *otherwise) {
    size_t size = strlen(name);
    for (int i = 2; i < argument_count; i++)
        if (strncmp(arguments[i], name, size) == 0 && arguments[i][size] == '=') return arguments[i] + size + 1;
    return otherwise;
}

static double argument(const char *name, double otherwise) {
    const char *text = text_argument(name, NULL);
    return text ? atof(text) : otherwise;
}

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

struct load {
    double at_s, own_s;
    unsigned long long busy, all; /* of this core, in ticks */
};

static struct load load_now(void) {
    struct load load = {.at_s = now_s(), .own_s = (double)clock() / CLOCKS_PER_SEC};
    char line[256], name[16];
    unsigned long long t[8] = {0};
    FILE *file = fopen("/proc/stat", "r");
    snprintf(name, sizeof name, "cpu%d ", sched_getcpu());
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, strlen(name)) != 0) continue;
        sscanf(line + strlen(name), "%llu %llu %llu %llu %llu %llu %llu %llu", &t[0], &t[1], &t[2], &t[3], &t[4],
               &t[5], &t[6], &t[7]);
    }
    if (file != NULL) fclose(file);
    for (int i = 0; i < 8; i++) load.all += t[i];
    load.busy = load.all - t[3] - t[4]; /* idle, waiting */
    return load;
}

static struct load counting_since;

static void begin_counting(void) {
    published = acknowledged = delivered = connected = 0;
    is_counting = true;
    printf("{\"event\": \"begin\"}\n");
    fflush(stdout);
    counting_since = load_now();
}

/* The beginning of a line of figures; the caller prints the rest and closes it. */
static double end_counting(void) {
    struct load now = load_now();
    double seconds = now.at_s - counting_since.at_s;
    unsigned long long all = now.all - counting_since.all;
    is_counting = false;
    printf("{\"event\": \"end\", \"seconds\": %.4f, \"busy\": %.3f, \"own\": %.3f, \"lost\": %ld", seconds,
           all ? (double)(now.busy - counting_since.busy) / (double)all : 1.0,
           (now.own_s - counting_since.own_s) / seconds, lost_count);
    return seconds;
}

/* --- what happens on connections --- */

static void on_open(struct link *link) { send_connect(link, &home); }

static void on_lost(struct link *link) {
    lost_count++;
    if (link->is_admitted && link != &bystander) admitted_count--;
    if (lost_count > 1000) {
        fprintf(stderr, "The server ended 1,000 connections.\n");
        exit(1);
    }
    link_open(link, NULL);
}

static void subscribe(struct link *link) {
    char inbox[TOPIC_SIZE];
    if (link == &bystander) {
        send_subscribe(link, PLUG_FILTER);
        return;
    }
    plug_topic(link->number, "subscribe", inbox);
    send_subscribe(link, inbox);
}

static void on_connack(struct link *link, unsigned char code) {
    if (code != 0) {
        fprintf(stderr, "The server refuses the login: code %d.\n", code);
        exit(1);
    }
    if (plug_admitted != NULL)
        plug_admitted(link);
    else
        subscribe(link);
}

static void answer(struct link *link, struct message request);

static void on_publish(struct link *link, struct message message) {
    if (message.id != NULL) send_puback(link, message.id);
    if (link == &bystander)
        bystander_received(message);
    else
        answer(link, message);
}

static void on_packet(struct link *link, unsigned char first, const unsigned char *body, size_t size) {
    switch (first >> 4) {
    case 2: on_connack(link, body[1]); break;
    case 3: on_publish(link, read_publish(first, body, size)); break;
    case 4:
        acknowledged++;
        if (link != &bystander && plug_acknowledged != NULL) plug_acknowledged(link);
        break;
    case 9:
        if (body[size - 1] > 2) {
            fprintf(stderr, "The server refuses a subscription.\n");
            exit(1);
        }
        link->is_admitted = true;
        if (link != &bystander) admitted_count++;
        break;
    }
}

static void on_data(struct link *link, const unsigned char *data, size_t size) {
    take_packets(link, data, size, on_packet);
}

/* --- what a plug says --- */

static const char *find(struct message message, const char *what) {
    return memmem(message.payload, message.payload_size, what, strlen(what));
}

/* The request's own header comes back with another method: message id and time are the same, so its signature is. */
static void answer(struct link *link, struct message request) {
    static const char electricity[] =
        "\"payload\":{\"electricity\":{\"channel\":0,\"current\":34,\"voltage\":2274,\"power\":1234}}}";
    char reply[2048], topic[TOPIC_SIZE];
    const char *method = find(request, "\"method\":\""), *payload = find(request, "\"payload\":");
    if (method == NULL || payload == NULL || request.payload_size > 1024) return;
    const char *quote = memchr(method + 10, '"', request.payload_size - (size_t)(method + 10 - request.payload));
    if (quote == NULL || quote > payload || find(request, "ACK\"") != NULL) return;
    int size = snprintf(reply, sizeof reply, "%.*sACK%.*s%s", (int)(quote - request.payload), request.payload,
                        (int)(payload - quote), quote,
                        find(request, "Electricity") ? electricity : "\"payload\":{}}");
    plug_topic(link->number, "publish", topic);
    send_publish(link, topic, reply, (size_t)size);
}

static void say_something(struct link *link) {
    static char payload[400]; /* as long as what a plug pushes when it is switched */
    char topic[TOPIC_SIZE];
    if (payload[0] == 0) memset(payload, 'x', sizeof payload);
    plug_topic(link->number, "publish", topic);
    send_publish(link, topic, payload, sizeof payload);
    published++;
}

static void count_delivered(struct message message) {
    (void)message;
    delivered++;
}

/* --- coming in --- */

static void open_plugs(int at_once) {
    int begun = 0;
    while (admitted_count < plug_count) {
        while (begun < plug_count && begun - admitted_count < at_once) link_open(&plugs[begun++], NULL);
        links_turn(10);
    }
}

static void open_bystander(void) {
    link_open(&bystander, NULL);
    while (!bystander.is_admitted) links_turn(10);
}

static void turn_for(double seconds) {
    for (double end_s = now_s() + seconds; now_s() < end_s;) links_turn(1);
}

/* The same with naps, so that much is done in one go: a generator that wakes for every packet is the bottleneck. */
static void work_for(double seconds) {
    static const struct timespec nap = {.tv_nsec = 700000};
    for (double end_s = now_s() + seconds; now_s() < end_s;) {
        links_turn(1);
        nanosleep(&nap, NULL);
    }
}

/* --- the modes --- */

static SSL_SESSION *ticket;

static struct link *idle[MOST_PLUGS];
static int idle_count;

static void go_at_once(struct link *link) {
    connected++;
    resumed_count += SSL_session_reused(link->ssl);
    if (ticket == NULL && argument("resumed", 0) > 0) ticket = SSL_get1_session(link->ssl);
    link_close(link);
    idle[idle_count++] = link;
}

/* Plugs come in and go, at most `rate` of them a second: beyond it this program would be the bottleneck. */
static void come_and_go_for(double seconds, double rate) {
    double start_s = now_s();
    long begun = 0;
    while (now_s() < start_s + seconds) {
        while (idle_count > 0 && (double)begun < rate * (now_s() - start_s)) {
            link_open(idle[--idle_count], ticket);
            begun++;
        }
        links_turn(1);
    }
}

static void run_connect(void) {
    double rate = argument("rate", 4500);
    plug_admitted = go_at_once;
    while (idle_count < plug_count) {
        idle[idle_count] = &plugs[idle_count];
        idle_count++;
    }
    come_and_go_for(0.5, rate);
    resumed_count = 0;
    begin_counting();
    come_and_go_for(argument("seconds", 2), rate);
    double seconds = end_counting();
    printf(", \"connects\": %ld, \"connects_per_s\": %.1f, \"resumed\": %.3f}\n", connected,
           (double)connected / seconds, connected ? (double)resumed_count / (double)connected : 0.0);
}

static void print_messages(double seconds) {
    printf(", \"messages_per_s\": %.1f, \"published\": %ld, \"delivered\": %ld}\n", (double)delivered / seconds,
           published, delivered);
}

static void run_flow(void) {
    int window = (int)argument("window", 50);
    bystander_received = count_delivered;
    open_bystander();
    open_plugs(64);
    plug_acknowledged = say_something;
    for (int i = 0; i < plug_count; i++)
        for (int j = 0; j < window; j++) say_something(&plugs[i]);
    work_for(0.5);
    begin_counting();
    work_for(argument("seconds", 2));
    print_messages(end_counting());
}

static void run_steady(void) {
    double rate = argument("rate", 5000), seconds = argument("seconds", 3);
    bystander_received = count_delivered;
    open_bystander();
    open_plugs(64);
    double start_s = now_s();
    long said = 0;
    while (now_s() < start_s + seconds + 0.5) {
        if (!is_counting && now_s() > start_s + 0.5) begin_counting();
        for (; (double)said < rate * (now_s() - start_s); said++) say_something(&plugs[said % plug_count]);
        links_turn(1);
    }
    print_messages(end_counting());
}

static double asked_at_s, taken_s[MOST_ASKED];
static int answers;

static void time_answer(struct message message) {
    (void)message;
    if (is_counting && answers < MOST_ASKED) taken_s[answers++] = now_s() - asked_at_s;
}

static void ask(void) {
    char inbox[TOPIC_SIZE], outbox[TOPIC_SIZE], request[1024];
    plug_topic(0, "subscribe", inbox);
    plug_topic(0, "publish", outbox);
    int size = snprintf(request, sizeof request,
                        "{\"header\":{\"messageId\":\"00112233445566778899aabbccddeeff\",\"namespace\":"
                        "\"Appliance.Control.Electricity\",\"method\":\"GET\",\"payloadVersion\":1,\"from\":\"%s\","
                        "\"timestamp\":1541642325,\"sign\":\"9cdd3f1c422d8d1cfe4a5afca5b7b900\"},\"payload\":{}}",
                        outbox);
    asked_at_s = now_s();
    send_publish(&bystander, inbox, request, (size_t)size);
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void run_ask(void) {
    double pause_s = 1 / argument("rate", 100);
    int asked = (int)argument("count", 300);
    bystander_received = time_answer;
    plug_count = 1;
    open_bystander();
    open_plugs(1);
    turn_for(0.2);
    begin_counting();
    for (int i = 0; i < asked; i++) {
        ask();
        turn_for(pause_s);
    }
    end_counting();
    qsort(taken_s, (size_t)answers, sizeof *taken_s, by_size);
    printf(", \"answers\": %d, \"p50_ms\": %.4f, \"p99_ms\": %.4f}\n", answers,
           answers ? 1e3 * taken_s[answers / 2] : -1.0, answers ? 1e3 * taken_s[answers * 99 / 100] : -1.0);
}

static void lose_power(void) {
    for (int i = 0; i < plug_count; i++) link_close(&plugs[i]);
    admitted_count = 0;
}

static void run_hold(void) {
    for (;;) {
        begin_counting();
        open_plugs((int)argument("in-flight", 64));
        end_counting();
        printf(", \"connections\": %d}\n", admitted_count);
        fflush(stdout);
        while (!links_turn(1000)) {}
        lose_power();
    }
}

int main(int count, char **values) {
    static const struct handler handler = {.opened = on_open, .received = on_data, .lost = on_lost};
    static const struct {
        const char *name;
        void (*run)(void);
    } modes[] = {{"connect", run_connect}, {"flow", run_flow}, {"steady", run_steady}, {"ask", run_ask},
                 {"hold", run_hold}};
    argument_count = count;
    arguments = values;
    home = (struct home){
        .user_id = text_argument("user-id", "1"),
        .key = text_argument("key", ""),
        .name = text_argument("name", "listener"),
        .password = text_argument("password", "listener"),
    };
    plug_count = (int)argument("plugs", 20);
    plugs = calloc(MOST_PLUGS, sizeof *plugs);
    if (plugs == NULL || plug_count > MOST_PLUGS) return 2;
    for (int i = 0; i < plug_count; i++) plugs[i].number = i;
    links_begin((int)argument("port", 8883), &handler);
    for (size_t i = 0; count > 1 && i < sizeof modes / sizeof *modes; i++)
        if (strcmp(values[1], modes[i].name) == 0) {
            modes[i].run();
            return 0;
        }
    fprintf(stderr, "usage: loadgen connect|flow|steady|ask|hold port=N name=value ...\n");
    return 2;
}
