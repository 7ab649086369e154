using System.Collections.Concurrent;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Embark.Sandbox.Hosts;

/// <summary>
/// Makes sockets on another host's network from within this process: a socket belongs to the namespace of the thread that
/// made it, so one thread lives there and makes them all.
/// </summary>
internal sealed class HostSockets : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

    /// <param name="networkNamespace">Path of the namespace, such as <c>/proc/123/ns/net</c>.</param>
    public HostSockets(string networkNamespace)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Live(networkNamespace, entered)) { IsBackground = true, Name = "sockets of another host" }.Start();
        entered.Task.GetAwaiter().GetResult();
    }

    /// <summary>A TCP socket on that host's network.</summary>
    public Socket New(AddressFamily family)
    {
        var made = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                made.SetResult(new Socket(family, SocketType.Stream, ProtocolType.Tcp));
            }
            catch (SocketException e)
            {
                made.SetException(e);
            }
        });
        return made.Task.GetAwaiter().GetResult();
    }

    public void Dispose() => _work.CompleteAdding();

    private void Live(string networkNamespace, TaskCompletionSource entered)
    {
        try
        {
            using var handle = File.OpenHandle(networkNamespace);
            if (Native.SetNamespace(handle, Native.NetworkNamespace) != 0)
                throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            entered.SetException(new SandboxException($"the network of another host cannot be entered ({networkNamespace}): {e.Message}"));
            return;
        }

        entered.SetResult();
        foreach (var work in _work.GetConsumingEnumerable())
            work();
    }
}
