/* Before the C library: every name is this machine's; the first question for one, and what is asked
 * within the second after it (libcurl asks for each kind of address), is answered in four seconds. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <time.h>
#include <unistd.h>

static time_t first;

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    int (*ask)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
        (int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))
            dlsym(RTLD_NEXT, "getaddrinfo");
    struct timespec now;
    (void)node;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!first)
        first = now.tv_sec;
    if (now.tv_sec <= first + 1)
        sleep(4);
    return ask("127.0.0.1", service, hints, found);
}
