namespace Embark.Kubernetes.Configuration;

/// <summary>A value that stands in the kubeconfig as base64 (<c>KEY-data</c>), or in a file of its own (<c>KEY</c>); data wins, as in client-go.</summary>
internal static class PemSource
{
    private const int MaxBytes = 1024 * 1024;

    public static byte[]? Read(KubeconfigEntry entry, string key, out string? source)
    {
        if (entry.Text($"{key}-data") is { } data)
        {
            source = $"{key}-data of {entry.Source}";
            return Decode(entry, key, data);
        }

        source = null;
        if (entry.Text(key) is not { } path)
            return null;
        source = entry.Resolve(path);
        return ReadFile(entry, key, source);
    }

    private static byte[]? Decode(KubeconfigEntry entry, string key, string data)
    {
        try
        {
            return Convert.FromBase64String(data);
        }
        catch (FormatException)
        {
            return entry.Problem<byte[]>($"{key}-data is not base64");
        }
    }

    private static byte[]? ReadFile(KubeconfigEntry entry, string key, string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > MaxBytes)
                return entry.Problem<byte[]>($"{key} {path} has {file.Length} bytes; at most {MaxBytes} are read");
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return entry.Problem<byte[]>($"{key}: {e.Message}");
        }
    }
}
