#pragma once

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// What OpenSSL has as function-like macros, which Swift does not import. Each does what its name says and no more.

static inline EVP_PKEY *holdfast_ec_key(const char *curve) { return EVP_EC_gen(curve); }

/// The hash SHA-256 by OpenSSL's own function for it. That counts as old, but the interface for hashes of every kind
/// (EVP) allocates twice and looks about before each hash, which takes longer than hashing a short message.
static inline void holdfast_sha256(const void *bytes, size_t count, unsigned char *hash) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes, count);
  SHA256_Final(hash, &context);
#pragma GCC diagnostic pop
}

static inline int holdfast_gcm_set_tag(EVP_CIPHER_CTX *ctx, const void *tag, int count) {
  return EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, count, (void *)tag);
}

static inline int holdfast_gcm_get_tag(EVP_CIPHER_CTX *ctx, void *tag, int count) {
  return EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, count, tag);
}

static inline long holdfast_bio_bytes(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

static inline int holdfast_names_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }

static inline const GENERAL_NAME *holdfast_names_at(const GENERAL_NAMES *names, int index) {
  return sk_GENERAL_NAME_value(names, index);
}

static inline int holdfast_ctx_set_protocols(SSL_CTX *ctx, int least, int most) {
  return SSL_CTX_set_min_proto_version(ctx, least) == 1 && SSL_CTX_set_max_proto_version(ctx, most) == 1;
}

static inline void holdfast_ctx_set_mode(SSL_CTX *ctx, long mode) { SSL_CTX_set_mode(ctx, mode); }

static inline void holdfast_ctx_set_read_ahead(SSL_CTX *ctx) { SSL_CTX_set_read_ahead(ctx, 1); }

static inline void holdfast_ctx_set_session_cache(SSL_CTX *ctx, long mode) {
  SSL_CTX_set_session_cache_mode(ctx, mode);
}

static inline int holdfast_ctx_add_chain(SSL_CTX *ctx, X509 *certificate) {
  return SSL_CTX_add1_chain_cert(ctx, certificate) == 1;
}

/// The size of the keys that seal session tickets.
static inline long holdfast_ctx_ticket_keys_size(SSL_CTX *ctx) { return SSL_CTX_get_tlsext_ticket_keys(ctx, NULL, 0); }

static inline int holdfast_ctx_get_ticket_keys(SSL_CTX *ctx, void *keys, long size) {
  return SSL_CTX_get_tlsext_ticket_keys(ctx, keys, size) == 1;
}

static inline int holdfast_ctx_set_ticket_keys(SSL_CTX *ctx, void *keys, long size) {
  return SSL_CTX_set_tlsext_ticket_keys(ctx, keys, size) == 1;
}

static inline int holdfast_ssl_set_sni(SSL *ssl, const char *name) { return SSL_set_tlsext_host_name(ssl, name) == 1; }

static inline int holdfast_ssl_set_owner(SSL *ssl, void *owner) { return SSL_set_ex_data(ssl, 0, owner); }

static inline void *holdfast_ssl_owner(const SSL *ssl) { return SSL_get_ex_data(ssl, 0); }
