<?php
// php kept-connection.php PORT: three pages over one kept connection, each with a login of its own, the last within MULTI as well.
for ($page = 1; $page <= 3; $page += 1) {
    $redis = new Redis();
    $redis->pconnect('127.0.0.1', (int) $argv[1], 5.0, 'kept');
    $redis->auth(['me', "mine $page"]);
    $redis->set('page', $page);
    echo $redis->get('page'), ' ', $redis->rawCommand('ACL', 'WHOAMI'), "\n";
    unset($redis);
}
