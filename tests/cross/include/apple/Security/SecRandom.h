/* The one function of Apple's Security framework that SQLCipher calls, by its public documentation. */
#pragma once
#include <stddef.h>
typedef const struct __SecRandom *SecRandomRef;
extern const SecRandomRef kSecRandomDefault;
int SecRandomCopyBytes(SecRandomRef random, size_t count, void *bytes);
