// What the C peers share: one TLS 1.3 connection over a non-blocking socket, with its input and output buffers,
// a clock, and a histogram of latencies. Header only; every program here is one translation unit.
#ifndef PEERS_TLS_H
#define PEERS_TLS_H

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// A frame as Holdfast's: length u24 of the body, type u8, stream u32, little-endian; then the body.
// A call's body starts with about six bytes (method, remaining time, no metadata), then the payload.
enum { FRAME_HEADER = 8, CALL_HEADER = 6, MAX_FRAME = 1 << 17, FRAME_CALL = 3, FRAME_STREAM = 4 };

static void die(const char *what) {
  fprintf(stderr, "%s: %s\n", what, errno ? strerror(errno) : "failed");
  ERR_print_errors_fp(stderr);
  exit(1);
}

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

// ---- frames

static uint32_t frame_body_length(const uint8_t *p) { return p[0] | p[1] << 8 | p[2] << 16; }

static size_t frame_size(const uint8_t *p) { return FRAME_HEADER + frame_body_length(p); }

static void frame_write_header(uint8_t *p, uint32_t body, uint8_t type, uint32_t stream) {
  p[0] = body, p[1] = body >> 8, p[2] = body >> 16, p[3] = type;
  memcpy(p + 4, &stream, 4);
}

// ---- a growing buffer that is consumed from the front

typedef struct {
  uint8_t *bytes;
  size_t start, end, capacity;
} Buffer;

static size_t buffer_count(const Buffer *b) { return b->end - b->start; }

// Room for `count` more bytes; returns where they go. The caller adds what it wrote to `end`.
static uint8_t *buffer_reserve(Buffer *b, size_t count) {
  if (b->start == b->end) b->start = b->end = 0;
  if (b->end + count > b->capacity) {
    if (b->start) {
      memmove(b->bytes, b->bytes + b->start, buffer_count(b));
      b->end -= b->start, b->start = 0;
    }
    if (b->end + count > b->capacity) {
      b->capacity = b->capacity * 2 > b->end + count ? b->capacity * 2 : b->end + count;
      b->bytes = realloc(b->bytes, b->capacity);
      if (!b->bytes) die("realloc");
    }
  }
  return b->bytes + b->end;
}

// ---- one connection

typedef struct {
  int fd;
  SSL *ssl;
  Buffer in, out;
  bool wants_write;
} Connection;

static SSL_CTX *tls_context(bool server, const char *certificate, const char *key) {
  SSL_CTX *context = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
  if (!context) die("SSL_CTX_new");
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  const char *suites = getenv("PEERS_CIPHERS");
  if (suites && !SSL_CTX_set_ciphersuites(context, suites)) die("ciphers");
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);
  if (server) {
    SSL_CTX_set_num_tickets(context, 0);
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1) die(certificate);
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) die(key);
  } else if (certificate) {
    if (SSL_CTX_load_verify_locations(context, certificate, NULL) != 1) die(certificate);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  }
  return context;
}

static void set_nonblocking(int fd) {
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

// Reads what has arrived into `in`. True while the connection lives.
static bool connection_read(Connection *c) {
  do {
    uint8_t *room = buffer_reserve(&c->in, 1 << 16);
    int count = SSL_read(c->ssl, room, 1 << 16);
    if (count <= 0) {
      int reason = SSL_get_error(c->ssl, count);
      return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE;
    }
    c->in.end += count;
  } while (SSL_has_pending(c->ssl) && buffer_count(&c->in) < 1 << 18);
  return true;
}

// Writes `out` as far as the socket takes it. True while the connection lives.
static bool connection_flush(Connection *c) {
  c->wants_write = false;
  while (buffer_count(&c->out)) {
    int count = SSL_write(c->ssl, c->out.bytes + c->out.start, (int)buffer_count(&c->out));
    if (count <= 0) {
      int reason = SSL_get_error(c->ssl, count);
      if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) return false;
      c->wants_write = reason == SSL_ERROR_WANT_WRITE;
      return true;
    }
    c->out.start += count;
  }
  return true;
}

static void connection_close(Connection *c) {
  SSL_free(c->ssl);
  close(c->fd);
  free(c->in.bytes);
  free(c->out.bytes);
}

// ---- latencies: 32 steps for each power of two, so a figure is right to 3 %

typedef struct {
  uint64_t counts[64 * 64], total, max;
} Histogram;

static void histogram_add(Histogram *h, uint64_t ns) {
  unsigned power = ns < 64 ? 0 : 58 - __builtin_clzll(ns);
  h->counts[power * 64 + ((ns >> power) & 63)]++;
  h->total++;
  if (ns > h->max) h->max = ns;
}

static double histogram_us(const Histogram *h, double part) {
  uint64_t rank = (uint64_t)(part * (double)h->total), seen = 0;
  for (int power = 0; power < 64; power++)
    for (int step = 0; step < 64; step++) {
      seen += h->counts[power * 64 + step];
      if (seen > rank) return (double)((uint64_t)step << power) / 1000;
    }
  return (double)h->max / 1000;
}

// ---- arguments: `--name value`

static const char *option(int argc, char **argv, const char *name, const char *fallback) {
  for (int i = 1; i + 1 < argc; i++)
    if (!strcmp(argv[i], name)) return argv[i + 1];
  return fallback;
}

// One line of JSON, with the fields of `holdfast bench`.
static void report(const char *op, const Histogram *h, double seconds, uint64_t errors) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  printf("{\"op\":\"%s\",\"calls\":%lu,\"seconds\":%.3f,\"calls_per_s\":%.1f,\"p50_us\":%.2f,\"p99_us\":%.2f,"
         "\"p999_us\":%.2f,\"max_us\":%.2f,\"errors\":%lu,\"client_cpu_s\":%.3f,\"client_max_rss_kib\":%ld}\n",
         op, h->total, seconds, (double)h->total / seconds, histogram_us(h, 0.5), histogram_us(h, 0.99),
         histogram_us(h, 0.999), (double)h->max / 1000, errors, cpu, usage.ru_maxrss);
}

#endif
