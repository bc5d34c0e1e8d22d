#pragma once

#ifdef __linux__
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <sys/syscall.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

// Declared by the C library only under _GNU_SOURCE, which an importer cannot count on.
extern int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
extern int pipe2(int ends[2], int flags);
extern int sched_getcpu(void);
extern int pthread_setname_np(pthread_t thread, const char *name);
extern long syscall(long number, ...);

// Gives two files each other's names, in one step.
static inline int holdfast_exchange_names(const char *one, const char *other) {
  enum { working_directory = -100, exchange = 2 };
  return (int)syscall(SYS_renameat2, working_directory, one, working_directory, other, exchange);
}
#endif
