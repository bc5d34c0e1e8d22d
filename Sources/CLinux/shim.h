#pragma once

#ifdef __linux__
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

// Declared by the C library only under _GNU_SOURCE, which an importer cannot count on.
extern int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
extern int pipe2(int ends[2], int flags);
extern int sched_getcpu(void);
extern int pthread_setname_np(pthread_t thread, const char *name);
#endif
