using System.Collections.Concurrent;
using System.Text;

namespace Embark.EndToEnd.Tests.Mesh;

/// <summary>Looks at the arguments and environments of all processes of the machine, the VM's among them, again and again.</summary>
internal sealed class ProcessWatch : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, byte> _suspicious = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private int _looks;

    public ProcessWatch(string mark) => _watching = Task.Factory.StartNew(() => Watch(mark), TaskCreationOptions.LongRunning);

    /// <summary>Texts that held the mark.</summary>
    public IReadOnlyCollection<string> Suspicious => [.. _suspicious.Keys];

    public int Looks => Volatile.Read(ref _looks);

    private void Watch(string mark)
    {
        while (!_stop.IsCancellationRequested)
        {
            foreach (var folder in Directory.EnumerateDirectories("/proc"))
            {
                if (!int.TryParse(Path.GetFileName(folder), out _)) continue;
                foreach (var file in new[] { "cmdline", "environ" })
                {
                    try
                    {
                        var text = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, file)));
                        if (text.Contains(mark, StringComparison.Ordinal)) _suspicious.TryAdd($"{file}: {text.Replace('\0', ' ')}", 0);
                    }
                    catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
                    {
                        // the process has ended
                    }
                }
            }
            Interlocked.Increment(ref _looks);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }
}
