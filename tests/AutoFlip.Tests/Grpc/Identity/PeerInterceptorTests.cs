using System.Reflection;
using AutoFlip.Grpc;
using AutoFlip.Grpc.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AutoFlip.Tests;

/// <summary>Calls to a server with certificates, over gRPC on the loopback interface.</summary>
public sealed class PeerInterceptorTests : IAsyncLifetime, IDisposable
{
    const int HungAfter = 60_000; // a stream that does not end would never fail

    readonly TestAuthority _pki = new();
    readonly Handlers _handlers = new();
    readonly List<string> _refusals = [];
    WebApplication _app = null!;
    PeerIdentity _identity = null!;
    PeerInterceptor _interceptor = null!;

    public async ValueTask InitializeAsync()
    {
        _identity = _pki.Server();
        _interceptor = new(_identity, TimeProvider.System);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(_handlers).AddSingleton(_interceptor);
        builder.Services.AddGrpc(options => options.Interceptors.Add<PeerInterceptor>());
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => options.Listen(System.Net.IPAddress.Loopback, 0, socket =>
        {
            socket.Protocols = HttpProtocols.Http2;
            socket.UseHttps(Tls.OfKestrel(_identity, anonymous: true, _refusals.Add));
        }));
        _app = builder.Build();
        _app.MapGrpcService<Handlers>();
        await _app.StartAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Dispose();
    }

    public void Dispose()
    {
        _interceptor.Dispose();
        _identity.Dispose();
        _pki.Dispose();
    }

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Calls => [.. Federation.Descriptor.Methods.Select(method => method.Name)];

    [Theory, MemberData(nameof(Calls))]
    public async Task Without_a_certificate_no_handler_but_that_of_enrolment_runs(string call)
    {
        using var channel = Channel(certified: false);

        var status = await Call(channel, call);

        Assert.Equal(call == "Enrol" ? StatusCode.OK : StatusCode.Unauthenticated, status.StatusCode);
        Assert.Equal(call == "Enrol" ? ["Enrol"] : [], _handlers.Ran);
        if (call != "Enrol") Assert.Equal("No certificate was given; one of a client is needed.", status.Detail);
    }

    [Theory, MemberData(nameof(Calls))]
    public async Task With_a_certificate_each_handler_runs_and_knows_its_caller(string call)
    {
        using var channel = Channel();

        Assert.Equal(StatusCode.OK, (await Call(channel, call)).StatusCode);

        Assert.Equal([call == "Enrol" ? "Enrol" : $"{call} by c0"], _handlers.Ran);
        Assert.Empty(_refusals);
    }

    [Fact(Timeout = HungAfter)]
    public async Task A_revoked_client_is_refused_on_its_open_connection_and_its_open_stream_ends()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var channel = Channel();
        var client = new Federation.FederationClient(channel);
        using var watch = client.Watch(new() { Session = Handlers.Endless }, cancellationToken: cancel);
        Assert.True(await watch.ResponseStream.MoveNext(cancel));

        _pki.Register.Revoke("c0");
        _interceptor.EndRevoked();

        await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(cancel));
        var refused = await Assert.ThrowsAsync<RpcException>(
            () => client.DescribeAsync(new(), cancellationToken: cancel).ResponseAsync);
        Assert.Equal("The certificate of 'c0' has been revoked.", refused.Status.Detail);
        Assert.Equal(["Watch by c0"], _handlers.Ran);
    }

    [Fact(Timeout = HungAfter)]
    public async Task Revoking_another_name_ends_no_stream_and_a_damaged_list_ends_all()
    {
        var cancel = TestContext.Current.CancellationToken;
        _pki.Open.IssueClient("c1", null, TestAuthority.Year);
        using var channel = Channel();
        var client = new Federation.FederationClient(channel);
        using var watch = client.Watch(new() { Session = Handlers.Endless }, cancellationToken: cancel);
        Assert.True(await watch.ResponseStream.MoveNext(cancel));

        _pki.Register.Revoke("c1");
        _interceptor.EndRevoked();
        await _handlers.SendAsync();
        Assert.True(await watch.ResponseStream.MoveNext(cancel));

        File.WriteAllText(_pki.Folder.RevocationList, "?");
        _interceptor.EndRevoked();
        await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(cancel));
        var refused = await Assert.ThrowsAsync<RpcException>(
            () => client.DescribeAsync(new(), cancellationToken: cancel).ResponseAsync);
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.DoesNotContain(_pki.Folder.Path, refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_exchanged_for_a_certificate_with_which_the_client_is_served()
    {
        using var enrolment = new ServerEnrolment(_pki.Folder, passphrase: null, _pki.Time, _refusals.Add);
        _handlers.Enrolment = enrolment;
        var (token, folder) = (Token(_pki), new PkiFolder(_pki["new"]));

        var peer = await ClientEnrolment.EnrolAsync(Address.ToString(), token, folder, _pki.Time, Cancel);

        using var identity = PeerIdentity.LoadClient(folder, "new", _pki.Time);
        Assert.Equal(peer, identity.Self);
        using var channel = Channel(Tls.ForClient(identity, Address.Host, _refusals.Add));
        Assert.Equal(StatusCode.OK, (await Call(channel, "Describe")).StatusCode);
        Assert.Equal(["Enrol", "Describe by new"], _handlers.Ran);
        var thief = await Assert.ThrowsAsync<AutoFlipException>(
            () => ClientEnrolment.EnrolAsync(Address.ToString(), token, new(_pki["thief"]), _pki.Time, Cancel));
        Assert.Contains("The token was used already", thief.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damage_at_the_authority_is_a_warning_of_the_server_and_no_path_for_the_client()
    {
        using var enrolment = new ServerEnrolment(_pki.Folder, passphrase: null, _pki.Time, _refusals.Add);
        _handlers.Enrolment = enrolment;
        var token = Token(_pki);
        File.WriteAllText(_pki.Folder.Tokens, "?");

        var failure = await Assert.ThrowsAsync<AutoFlipException>(
            () => ClientEnrolment.EnrolAsync(Address.ToString(), token, new(_pki["new"]), _pki.Time, Cancel));

        Assert.DoesNotContain(_pki.Folder.Path, failure.Message, StringComparison.Ordinal);
        Assert.Contains("tokens.json' is damaged", Assert.Single(_refusals), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_not_sent_to_a_server_of_another_authority()
    {
        using var other = new TestAuthority();

        var failure = await Assert.ThrowsAsync<AutoFlipException>(
            () => ClientEnrolment.EnrolAsync(Address.ToString(), Token(other), new(_pki["new"]), _pki.Time, Cancel));

        Assert.Contains("the server is not trusted: The certificate was issued by another", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_handlers.Ran);
    }

    static TokenFile Token(TestAuthority pki)
    {
        TokenFile.Issue(pki.Tokens, pki.Folder, "new", null, TimeSpan.FromHours(1), pki["token"]);
        return TokenFile.Read(pki["token"]);
    }

    Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    GrpcChannel Channel(bool certified = true) => Channel(certified
        ? Tls.ForClient(_pki.Client(), Address.Host, _refusals.Add)
        : Tls.ForEnrolment(Token(_pki), Address.Host, _pki.Time, _refusals.Add));

    GrpcChannel Channel(System.Net.Security.SslClientAuthenticationOptions tls)
    {
        var handler = new SocketsHttpHandler { SslOptions = tls };
        return GrpcChannel.ForAddress(Address, new() { HttpHandler = handler, DisposeHttpClient = true });
    }

    /// <summary>Makes a call by its name, with empty messages.</summary>
    static async Task<Status> Call(GrpcChannel channel, string name)
    {
        var invoker = channel.CreateCallInvoker();
        var method = Federation.Descriptor.FindMethodByName(name);
        var make = typeof(PeerInterceptorTests).GetMethod(nameof(CallOf), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(method.InputType.ClrType, method.OutputType.ClrType);
        return await (Task<Status>)make.Invoke(null, [invoker, name, method.IsClientStreaming, method.IsServerStreaming])!;
    }

    static async Task<Status> CallOf<TRequest, TResponse>(CallInvoker invoker, string name, bool sendsMany, bool receivesMany)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        var type = sendsMany ? MethodType.ClientStreaming : receivesMany ? MethodType.ServerStreaming : MethodType.Unary;
        var method = new Method<TRequest, TResponse>(type, Federation.Descriptor.FullName, name, Of<TRequest>(), Of<TResponse>());
        var options = new CallOptions(cancellationToken: Cancel);
        try
        {
            if (sendsMany) await invoker.AsyncClientStreamingCall(method, null, options).ResponseAsync;
            else if (receivesMany) await invoker.AsyncServerStreamingCall(method, null, options, new()).ResponseStream.MoveNext(Cancel);
            else await invoker.AsyncUnaryCall(method, null, options, new()).ResponseAsync;
            return Status.DefaultSuccess;
        }
        catch (RpcException failure)
        {
            return failure.Status;
        }
    }

    static Marshaller<T> Of<T>()
        where T : IMessage<T>, new() => new(message => message.ToByteArray(), new MessageParser<T>(() => new T()).ParseFrom);

    /// <summary>Handlers that write down who called.</summary>
    sealed class Handlers : Federation.FederationBase
    {
        public const ulong Endless = 1;

        readonly System.Threading.Channels.Channel<State> _states = System.Threading.Channels.Channel.CreateUnbounded<State>();

        public List<string> Ran { get; } = [];

        public ServerEnrolment? Enrolment { get; set; }

        public ValueTask SendAsync() => _states.Writer.WriteAsync(new State());

        public override Task<Description> Describe(DescribeRequest request, ServerCallContext context) => Note<Description>(context);

        public override Task<Joined> Join(JoinRequest request, ServerCallContext context) => Note<Joined>(context);

        public override async Task Watch(WatchRequest request, IServerStreamWriter<State> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(await Note<State>(context));
            if (request.Session != Endless) return;
            await foreach (var state in _states.Reader.ReadAllAsync(context.CancellationToken)) await responseStream.WriteAsync(state);
        }

        public override Task Fetch(FetchRequest request, IServerStreamWriter<Chunk> responseStream, ServerCallContext context) =>
            Note<Chunk>(context);

        public override Task<Receipt> Submit(IAsyncStreamReader<SubmitPart> requestStream, ServerCallContext context) =>
            Note<Receipt>(context);

        public override Task<BeatReply> Beat(BeatRequest request, ServerCallContext context) => Note<BeatReply>(context);

        public override Task<Left> Leave(LeaveRequest request, ServerCallContext context) => Note<Left>(context);

        public override Task<Enrolled> Enrol(EnrolRequest request, ServerCallContext context)
        {
            Ran.Add("Enrol");
            return Task.FromResult(Enrolment?.Sign(request) ?? new Enrolled());
        }

        Task<T> Note<T>(ServerCallContext context)
            where T : new()
        {
            Ran.Add($"{context.Method.Split('/')[^1]} by {PeerInterceptor.PeerOf(context).Name}");
            return Task.FromResult(new T());
        }
    }
}
