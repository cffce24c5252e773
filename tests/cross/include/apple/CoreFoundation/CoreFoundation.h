/* With these functions of Apple's Core Foundation SQLCipher asks for the version of its cryptography; by their public
   documentation. */
#pragma once
typedef const void *CFTypeRef;
typedef const struct __CFString *CFStringRef;
typedef struct __CFBundle *CFBundleRef;
typedef unsigned int CFStringEncoding;
enum { kCFStringEncodingUTF8 = 0x08000100 };
extern const CFStringRef kCFBundleVersionKey;
CFStringRef __CFStringMakeConstantString(const char *text);
#define CFSTR(text) __CFStringMakeConstantString(text)
CFBundleRef CFBundleGetBundleWithIdentifier(CFStringRef identifier);
CFTypeRef CFBundleGetValueForInfoDictionaryKey(CFBundleRef bundle, CFStringRef key);
const char *CFStringGetCStringPtr(CFStringRef text, CFStringEncoding encoding);
