using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;

namespace Embark.Kubernetes.Transport;

/// <summary>
/// Keeps .NET from reading the system's trust store. With the first certificate chain of a process it reads all of it (some
/// 150 files, 0.1 s of CPU), even when the chain may only end at our own CA, and there is no setting against it; but the
/// place of the store is taken from SSL_CERT_DIR and SSL_CERT_FILE once. Were that to change, the only harm is the time.
/// Source: dotnet/runtime, OpenSslCachedSystemStoreProvider.cs and CryptoNative_GetX509RootStorePath.
/// </summary>
internal static partial class SystemTrust
{
    private const string Nowhere = "/nonexistent";

    private static readonly string[] Variables = ["SSL_CERT_DIR", "SSL_CERT_FILE"];
    private static readonly Lock Gate = new();
    private static bool _left;

    /// <summary>From now on the system's store is empty for this process; programs that it starts see nothing of it.</summary>
    public static void LeaveUnread()
    {
        if (!OperatingSystem.IsLinux())
            return;
        lock (Gate)
        {
            if (_left)
                return;
            _left = true;
            // Makes .NET copy the environment, so that what follows is not inherited.
            Environment.GetEnvironmentVariables();
            foreach (var name in Variables)
                _ = SetVariable(name, Nowhere, 1);
            using (var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine))
            {
                store.Open(OpenFlags.ReadOnly);
                _ = store.Certificates.Count;
            }

            foreach (var name in Variables)
                _ = Environment.GetEnvironmentVariable(name) is { } before ? SetVariable(name, before, 1) : UnsetVariable(name);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnsetVariable(string name);
}
