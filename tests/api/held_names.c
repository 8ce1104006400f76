/* Before the C library: every name is this machine's, once the file "answer" is there; "asked" and
 * "answered" tell how far it is. All are in the directory that HELD_NAMES names. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *path(char *place, size_t size, const char *name)
{
    snprintf(place, size, "%s/%s", getenv("HELD_NAMES"), name);
    return place;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    int (*ask)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
        (int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))
            dlsym(RTLD_NEXT, "getaddrinfo");
    char place[4096];
    int result;
    (void)node;
    close(open(path(place, sizeof place, "asked"), O_CREAT | O_WRONLY, 0600));
    while (access(path(place, sizeof place, "answer"), F_OK))
        usleep(10000);
    result = ask("127.0.0.1", service, hints, found);
    close(open(path(place, sizeof place, "answered"), O_CREAT | O_WRONLY, 0600));
    return result;
}
