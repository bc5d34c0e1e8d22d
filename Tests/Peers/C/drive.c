// The client for the C echo server and for Redis: keeps a number of calls in flight over some connections, checks
// every reply byte for byte, and prints what `holdfast bench` prints.
//
//   drive echo|put|get|stream --port N --ca FILE [--protocol frames|redis]
//         [--connections C] [--inflight K (in total)] [--payload BYTES] [--seconds S] [--keys N]
#include "tls.h"

typedef enum { ECHO, PUT, GET, STREAM } Op;

typedef struct {
  Connection io;
  uint64_t sent, received;
  int64_t *sent_at;  // ring of as many as may be in flight
} Peer;

static Op op;
static bool redis;
static size_t payload_size, keys, window;
static uint8_t *payload, *expected;
static size_t expected_size;
static Histogram latencies;
static uint64_t errors;

static void append(Buffer *b, const void *bytes, size_t count) {
  memcpy(buffer_reserve(b, count), bytes, count);
  b->end += count;
}

static void append_key(Buffer *b, uint64_t number) {
  char text[64];
  append(b, text, (size_t)sprintf(text, "$16\r\nbench:%010lu\r\n", number % keys));
}

// One request, numbered `number` on its connection.
static void append_request(Buffer *b, uint64_t number) {
  char text[64];
  if (!redis) {
    size_t body = CALL_HEADER + payload_size;
    uint8_t *p = buffer_reserve(b, FRAME_HEADER + body);
    frame_write_header(p, (uint32_t)body, op == STREAM ? FRAME_STREAM : FRAME_CALL, (uint32_t)number * 2 + 1);
    memset(p + FRAME_HEADER, 7, CALL_HEADER);
    memcpy(p + FRAME_HEADER + CALL_HEADER, payload, payload_size);
    b->end += FRAME_HEADER + body;
  } else if (op == ECHO) {
    append(b, text, (size_t)sprintf(text, "*2\r\n$4\r\nECHO\r\n$%zu\r\n", payload_size));
    append(b, payload, payload_size);
    append(b, "\r\n", 2);
  } else if (op == PUT) {
    append(b, "*3\r\n$3\r\nSET\r\n", 13);
    append_key(b, number);
    append(b, text, (size_t)sprintf(text, "$%zu\r\n", payload_size));
    append(b, payload, payload_size);
    append(b, "\r\n", 2);
  } else {
    append(b, "*2\r\n$3\r\nGET\r\n", 13);
    append_key(b, number);
  }
}

// The bytes of every reply; for frames, those after the header.
static void make_expected(void) {
  Buffer b = {0};
  char text[64];
  if (!redis) {
    memset(buffer_reserve(&b, CALL_HEADER), 7, CALL_HEADER);
    b.end += CALL_HEADER;
    append(&b, payload, payload_size);
  } else if (op == PUT) {
    append(&b, "+OK\r\n", 5);
  } else {
    append(&b, text, (size_t)sprintf(text, "$%zu\r\n", payload_size));
    append(&b, payload, payload_size);
    append(&b, "\r\n", 2);
  }
  expected = b.bytes, expected_size = b.end;
}

static bool reply_is_right(const Peer *peer, const uint8_t *p) {
  if (redis) return !memcmp(p, expected, expected_size);
  uint32_t stream = op == STREAM ? 1 : (uint32_t)peer->received * 2 + 1;
  return frame_body_length(p) == expected_size && !memcmp(p + 4, &stream, 4)
         && !memcmp(p + FRAME_HEADER, expected, expected_size);
}

static void send_request(Peer *peer, int64_t now) {
  peer->sent_at[peer->sent % window] = now;
  append_request(&peer->io.out, peer->sent++);
}

// Takes every whole reply and, while `open`, sends a new request for each.
static void take_replies(Peer *peer, bool open) {
  size_t size = expected_size + (redis ? 0 : FRAME_HEADER);
  int64_t now = now_ns();
  while (buffer_count(&peer->io.in) >= size) {
    if (!reply_is_right(peer, peer->io.in.bytes + peer->io.in.start)) errors++;
    peer->io.in.start += size;
    if (op == STREAM) {
      latencies.total++;
    } else {
      histogram_add(&latencies, (uint64_t)(now - peer->sent_at[peer->received % window]));
      peer->received++;
      if (open) send_request(peer, now);
    }
  }
}

static void connect_to(Peer *peer, SSL_CTX *context, int port) {
  struct sockaddr_in address = {
    .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  peer->io.fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(peer->io.fd, (struct sockaddr *)&address, sizeof address)) die("connect");
  peer->io.ssl = SSL_new(context);
  SSL_set_fd(peer->io.ssl, peer->io.fd);
  if (SSL_connect(peer->io.ssl) != 1) die("handshake");
  set_nonblocking(peer->io.fd);
  peer->sent_at = calloc(window, sizeof *peer->sent_at);
}

// Runs for `seconds`, then waits for what is still in flight. With `count`, runs for that many calls instead.
static double run(Peer *peers, int connections, int in_flight, double seconds, uint64_t count) {
  int poller = epoll_create1(0);
  struct epoll_event event, events[64];
  int64_t start = now_ns(), end = start + (int64_t)(seconds * 1e9);
  bool open = true;
  for (int i = 0; i < connections; i++) {
    event = (struct epoll_event){.events = EPOLLIN, .data.ptr = &peers[i]};
    epoll_ctl(poller, EPOLL_CTL_ADD, peers[i].io.fd, &event);
    int share = op == STREAM ? 1 : in_flight / connections + (i < in_flight % connections);
    for (int n = 0; n < share; n++) send_request(&peers[i], now_ns());
    if (!connection_flush(&peers[i].io)) die("write");
  }
  for (;;) {
    int ready = epoll_wait(poller, events, 64, 10000);
    if (ready == 0) die("no reply for ten seconds");
    for (int i = 0; i < ready; i++) {
      Peer *peer = events[i].data.ptr;
      bool waited = peer->io.wants_write;
      if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR) && !connection_read(&peer->io)) die("closed");
      take_replies(peer, open);
      if (!connection_flush(&peer->io)) die("write");
      if (waited != peer->io.wants_write) {
        event = (struct epoll_event){.events = EPOLLIN | (peer->io.wants_write ? EPOLLOUT : 0), .data.ptr = peer};
        epoll_ctl(poller, EPOLL_CTL_MOD, peer->io.fd, &event);
      }
    }
    int64_t now = now_ns();
    if (count ? latencies.total >= count : now >= end) {
      if (op == STREAM) return (double)(now - start) / 1e9;
      open = false;
      bool drained = true;
      for (int i = 0; i < connections; i++) drained = drained && peers[i].sent == peers[i].received;
      if (drained) {
        close(poller);
        return (double)(now - start) / 1e9;
      }
    }
  }
}

int main(int argc, char **argv) {
  static const char *names[] = {"echo", "put", "get", "stream"};
  for (op = ECHO; op <= STREAM && (argc < 2 || strcmp(argv[1], names[op])); op++) {}
  redis = !strcmp(option(argc, argv, "--protocol", "frames"), "redis");
  if (op > STREAM || (redis ? op == STREAM : op == PUT || op == GET)) {
    fprintf(stderr, "usage: drive echo|put|get|stream --port N --ca FILE [--protocol frames|redis] …\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  int connections = atoi(option(argc, argv, "--connections", "1"));
  int in_flight = atoi(option(argc, argv, "--inflight", "64"));
  double seconds = atof(option(argc, argv, "--seconds", "3"));
  payload_size = (size_t)atoi(option(argc, argv, "--payload", "100"));
  keys = (size_t)atoi(option(argc, argv, "--keys", "10000"));
  if (connections < 1 || in_flight < 1 || payload_size > 4000 || keys < 1) die("arguments");
  window = (size_t)in_flight;
  payload = malloc(payload_size + 1);
  for (size_t i = 0; i < payload_size; i++) payload[i] = (uint8_t)('a' + i % 26);

  SSL_CTX *context = tls_context(false, option(argc, argv, "--ca", NULL), NULL);
  Peer *peers = calloc((size_t)connections, sizeof *peers);
  for (int i = 0; i < connections; i++) connect_to(&peers[i], context, atoi(option(argc, argv, "--port", "0")));

  if (op == GET) {  // every key has its value before the clock starts
    Op measured = op;
    op = PUT;
    make_expected();
    run(peers, 1, 64 < window ? 64 : (int)window, 0, keys);
    peers[0].sent = peers[0].received = 0;
    op = measured;
    memset(&latencies, 0, sizeof latencies);
  }
  make_expected();
  double took = run(peers, connections, in_flight, seconds, 0);
  report(names[op], &latencies, took, errors);
  return errors ? 1 : 0;
}
