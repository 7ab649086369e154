using Embark.Firewall;

namespace Embark.Tests.Firewall;

/// <summary>What ssh says of a port tells whether the way is open.</summary>
public sealed class OperatorsSide
{
    [Theory(Timeout = 15_000)]
    [InlineData("debug1: Connecting to 10.128.0.2 [10.128.0.2] port 9080.\ndebug1: Connection established.\nkex_exchange_identification: Connection closed by remote host", "Open")]
    [InlineData("debug1: Executing proxy command: exec relay\nkex_exchange_identification: banner line contains invalid characters", "Open")]
    [InlineData("debug1: Executing proxy command: exec relay\ndebug1: Remote protocol version 2.0, remote software version OpenSSH_9.2", "Open")]
    [InlineData("bash: connect: Connection refused\nbash: line 1: /dev/tcp/10.128.0.2/9080: Connection refused\nkex_exchange_identification: Connection closed by remote host", "Refused")]
    [InlineData("ssh: connect to host 10.128.0.2 port 9080: Connection refused", "Refused")]
    [InlineData("channel 0: open failed: connect failed: Connection refused\nstdio forwarding failed\nkex_exchange_identification: Connection closed by remote host", "Refused")]
    [InlineData("ssh: connect to host 10.128.0.2 port 9080: Connection timed out", "Silent")]
    [InlineData("Connection timed out during banner exchange", "Silent")]
    [InlineData("ssh: connect to host 10.128.0.2 port 9080: No route to host", "Silent")]
    [InlineData("ssh did not end within 10 s", "Silent")]
    public void Answer_is_read(string said, string reached) => Assert.Equal(reached, FromTheOperator.Of(said).ToString());
}
