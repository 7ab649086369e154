using System.Diagnostics;
using System.Security.Cryptography;
using System.Threading.Channels;

namespace Embark.Ssh;

/// <summary>One running ssh: what is sent goes to its stdin in order, what it answers comes as frames.</summary>
internal sealed class SshConnection : IAsyncDisposable
{
    /// <summary>Most that one script may say on a stream, in bytes: 8 MiB.</summary>
    private const int OutputLimit = 8 * 1024 * 1024;
    private const int ErrorTailLength = 4096;

    private readonly Process _process;
    private readonly Channel<byte[]> _outgoing = Channel.CreateUnbounded<byte[]>(new() { SingleReader = true });
    private readonly Channel<Frame> _frames = Channel.CreateUnbounded<Frame>(new() { SingleReader = true });
    private readonly Dictionary<int, string> _half = [];
    private int _begun = -1;
    private readonly Task _writing;
    private readonly Task _watching;

    private SshConnection(Process process, Action<string>? trace)
    {
        _process = process;
        Log = new(trace);
        _writing = WriteAsync();
        _watching = WatchAsync();
    }

    /// <summary>Marks the lines of this connection; nobody who does not read our stdin can know it.</summary>
    public string Nonce { get; } = $"@embark-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";

    public SshLog Log { get; }

    public IAsyncEnumerable<Frame> Frames => _frames.Reader.ReadAllAsync();

    /// <summary>ssh's exit status, once it has closed: the remote command's, or 255.</summary>
    public int ExitCode => _process.HasExited ? _process.ExitCode : 255;

    /// <summary>True once a script has flooded us; the process was killed for it.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>Starts ssh; null when there is no such program.</summary>
    public static async Task<SshConnection?> StartAsync(SshOptions options, IReadOnlyList<string> arguments)
    {
        var variables = new Dictionary<string, string?>(options.Variables);
        if (!options.AskPassword)
            variables["SSH_ASKPASS_REQUIRE"] = "never";   // a jump host's ssh does not hear our BatchMode
        // Without a terminal to ask on, ssh gets a session of its own: Ctrl-C then reaches us, and we end it in our own time.
        var process = await ChildProcess.StartAsync(options.Client, arguments, variables, ownSession: !options.AskPassword);
        return process is null ? null : new SshConnection(process, options.Trace);
    }

    /// <summary>Queues bytes for ssh's stdin; they are zeroed once written.</summary>
    public void Send(byte[] piece) => _outgoing.Writer.TryWrite(piece);

    /// <summary>Nothing more will be sent: stdin ends after what is queued, and with it the shell on the VM.</summary>
    public void CompleteSending() => _outgoing.Writer.TryComplete();

    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // gone already
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        _outgoing.Writer.TryComplete();
        await Task.WhenAll(_writing, _watching);
        while (_outgoing.Reader.TryRead(out var piece))
            CryptographicOperations.ZeroMemory(piece);
        _process.Dispose();
    }

    private async Task WriteAsync()
    {
        var stdin = _process.StandardInput.BaseStream;
        try
        {
            await foreach (var piece in _outgoing.Reader.ReadAllAsync())
            {
                await stdin.WriteAsync(piece);
                CryptographicOperations.ZeroMemory(piece);
            }
            await stdin.DisposeAsync();
        }
        catch (IOException)
        {
            // ssh is gone; its end says why
        }
    }

    private async Task WatchAsync()
    {
        var output = ReadAsync(_process.StandardOutput.BaseStream, new MarkedStream(Nonce, OutputLimit) { Noise = Log.AddNoise, Mark = (word, id, status, text) => Marked(error: false, word, id, status, text) });
        var error = ReadAsync(_process.StandardError.BaseStream, new MarkedStream(Nonce, OutputLimit)
        {
            Noise = Log.Add,
            Mark = (word, id, status, text) => Marked(error: true, word, id, status, text),
            IsForeign = line => line.StartsWith("debug1: "u8) && line.EndsWith("\r"u8),
        });
        await _process.WaitForExitAsync();
        // A jump host's ssh may keep stderr open a little longer than its parent lives.
        await Task.WhenAny(Task.WhenAll(output, error), Task.Delay(TimeSpan.FromSeconds(1)));
        _frames.Writer.TryWrite(new Frame.Closed(_process.ExitCode));
        _frames.Writer.TryComplete();
    }

    // Pipes are read by threads of their own: a read of a pipe blocks its thread, and a fleet would drain the pool.
    private Task ReadAsync(Stream stream, MarkedStream marked) => Task.Factory.StartNew(() =>
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (stream.Read(buffer) is > 0 and var length)
            {
                marked.Feed(buffer.AsSpan(0, length));
                if (marked.Overflowed && !Overflowed)
                {
                    Overflowed = true;
                    Kill();
                }
            }
        }
        catch (IOException)
        {
            // the same as an end
        }
        marked.End();
    }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // An end comes once on each stream; the second completes it.
    private void Marked(bool error, string word, int id, int status, string text)
    {
        lock (_half)
        {
            if (word == "begin")
            {
                if (id > _begun)
                    _frames.Writer.TryWrite(new Frame.Begun(_begun = id));
            }
            else if (!_half.Remove(id, out var other))
                _half[id] = text;
            else
            {
                var (output, errors) = error ? (other, text) : (text, other);
                _frames.Writer.TryWrite(new Frame.Ended(id, new ScriptResult(status, output, RemoteText.Tail(errors, ErrorTailLength), word == "skip")));
            }
        }
    }
}
