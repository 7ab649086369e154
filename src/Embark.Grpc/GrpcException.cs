namespace Embark.Grpc;

/// <summary>A call ended with a status other than <see cref="GrpcStatus.Ok"/>.</summary>
/// <param name="status">Code.</param>
/// <param name="detail">The server's own words (grpc-message); not prefixed.</param>
/// <param name="inner">The cause on this side, if any.</param>
public sealed class GrpcException(GrpcStatus status, string detail, Exception? inner = null)
    : Exception($"rpc error: code = {status} desc = {detail}", inner)
{
    /// <summary>Code.</summary>
    public GrpcStatus Status { get; } = status;

    /// <summary>The words after <c>desc =</c>.</summary>
    public string Detail { get; } = detail;
}
