import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import exchange.models.columns


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('portal', '__first__'),
        migrations.swappable_dependency(settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('message_type', models.CharField(max_length=16, verbose_name='报文类型')),
                ('guid', models.CharField(blank=True, max_length=64, verbose_name='报文编号')),
                ('cop_msg_id', models.CharField(blank=True, max_length=255, verbose_name='传输报文编号')),
                ('digest', models.BinaryField(max_length=32, verbose_name='摘要')),
                ('size', models.IntegerField(verbose_name='字节数')),
                ('documents', models.SmallIntegerField(verbose_name='单证数')),
                ('state', models.CharField(choices=[('accepted', '已接收'), ('refused', '已退回')], max_length=8, verbose_name='状态')),
                ('refusal', models.JSONField(null=True, verbose_name='退回原因')),
                ('received_at', models.DateTimeField(verbose_name='接收时间')),
                ('idempotency_key', models.CharField(max_length=255, null=True, verbose_name='幂等键')),
                ('receipt_id', models.BigIntegerField(verbose_name='首个回执')),
                ('raw', models.BinaryField(verbose_name='原始报文')),
                ('client', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL, verbose_name='接口客户端')),
                ('sender', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.organisation', verbose_name='发送方')),
            ],
            options={
                'verbose_name': '报文',
                'verbose_name_plural': '报文',
                'ordering': ['-received_at', '-id'],
                'indexes': [
                    models.Index(fields=['received_at', 'id'], name='exchange_message_time'),
                    models.Index(fields=['sender', 'received_at', 'id'], name='exchange_message_sender'),
                    models.Index(fields=['guid'], name='exchange_message_guid'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('sender', 'digest', 'state'), name='exchange_message_digest'),
                    models.UniqueConstraint(fields=('sender', 'idempotency_key'), name='exchange_message_key'),
                ],
            },
        ),
        migrations.RunSQL(
            # Compressed and encrypted already: PostgreSQL must not try to compress it again.
            'ALTER TABLE exchange_message ALTER COLUMN raw SET STORAGE EXTERNAL',
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            # Each process takes 64 message ids at a time.
            'CREATE SEQUENCE exchange_message_block AS bigint START 64 INCREMENT BY 64',
            'DROP SEQUENCE exchange_message_block',
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('xid', exchange.models.columns.TransactionIdField(db_default=exchange.models.columns.TransactionId(), editable=False)),
                ('organisation_id', models.BigIntegerField(verbose_name='收件企业')),
                ('message_id', models.BigIntegerField(verbose_name='报文')),
                ('document_id', models.BigIntegerField(null=True, verbose_name='单证')),
                ('message_type', models.CharField(max_length=16, verbose_name='回执类型')),
                ('status', models.CharField(max_length=10, verbose_name='回执状态')),
                ('info', models.CharField(max_length=1000, verbose_name='回执信息')),
                ('returned_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='回执时间')),
            ],
            options={
                'verbose_name': '回执',
                'verbose_name_plural': '回执',
                'ordering': ['xid', 'id'],
                'indexes': [
                    models.Index(fields=['organisation_id', 'xid', 'id'], name='exchange_receipt_feed'),
                    django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['message_id'], name='exchange_receipt_message', opclasses=['int8_minmax_multi_ops'], pages_per_range=16),
                ],
            },
        ),
        migrations.CreateModel(
            name='Outbox',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('xid', exchange.models.columns.TransactionIdField(db_default=exchange.models.columns.TransactionId(), editable=False)),
                ('organisation_id', models.BigIntegerField(null=True, verbose_name='收件企业')),
                ('agency', models.CharField(blank=True, db_default='', max_length=32, verbose_name='收件部门')),
                ('channel', models.CharField(max_length=16, verbose_name='渠道')),
                ('subject', models.CharField(max_length=64, verbose_name='事项')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='创建时间')),
                ('delivered_at', models.DateTimeField(null=True, verbose_name='送达时间')),
            ],
            options={
                'verbose_name': '待送通知',
                'verbose_name_plural': '待送通知',
                'ordering': ['id'],
                'indexes': [models.Index(condition=models.Q(('delivered_at', None)), fields=['id'], name='exchange_outbox_waiting')],
            },
        ),
        migrations.CreateModel(
            name='AgencyTask',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('xid', exchange.models.columns.TransactionIdField(db_default=exchange.models.columns.TransactionId(), editable=False)),
                ('agency_code', models.CharField(max_length=32, verbose_name='部门')),
                ('kind', models.CharField(max_length=24, verbose_name='任务类型')),
                ('subject_id', models.BigIntegerField(verbose_name='对象')),
                ('payload', models.TextField(verbose_name='内容')),
                ('state', models.CharField(choices=[('open', '待领取'), ('acked', '已领取'), ('decided', '已办结')], db_default='open', max_length=8, verbose_name='状态')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='创建时间')),
                ('leased_until', models.DateTimeField(null=True, verbose_name='办理期限')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='办结时间')),
                ('outcome', models.CharField(blank=True, db_default='', max_length=32, verbose_name='结果')),
                ('detail_digest', models.BinaryField(null=True, verbose_name='结果摘要')),
            ],
            options={
                'verbose_name': '部门任务',
                'verbose_name_plural': '部门任务',
                'ordering': ['xid', 'id'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['open', 'acked'])), fields=['agency_code', 'xid', 'id'], name='exchange_agencytask_feed')],
            },
        ),
        migrations.CreateModel(
            name='IdempotentAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=255)),
                ('digest', models.BinaryField(max_length=32)),
                ('body', models.JSONField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
            ],
            options={
                'verbose_name': '幂等应答',
                'verbose_name_plural': '幂等应答',
                'indexes': [models.Index(fields=['created_at'], name='exchange_idempotent_time')],
                'constraints': [models.UniqueConstraint(fields=('client', 'key'), name='exchange_idempotentanswer_key')],
            },
        ),
    ]
